"""Which part of a tenant is asked about: a subtree, one organization, one person."""

import uuid
from dataclasses import dataclass
from typing import Any

from zhibu_core.organization.tree import bounds


@dataclass(frozen=True)
class Reach:
    """A subtree by its path ("" is the whole tenant), narrowed to one or some organizations or one person if named."""

    path: str = ""
    organization_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None
    organization_ids: tuple[uuid.UUID, ...] | None = None

    def parameters(self, tenant_id: uuid.UUID) -> dict[str, Any]:
        """The parameters t, low, high, orgs, person of the statements here."""
        low, high = bounds(self.path)
        named = self.organization_ids if self.organization_id is None else (self.organization_id,)
        orgs = None if named is None else list(named)
        return {"t": tenant_id, "low": low, "high": high, "orgs": orgs, "person": self.person_id}


IN_REACH = """o.tenant_id = :t and o.path >= (select cast(:low as text)) and o.path < (select cast(:high as text))
  and (cast(:orgs as uuid[]) is null or o.id = any(cast(:orgs as uuid[])))"""
"""The condition on `organization o`."""

IN_FORCE = "not exists (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id)"
"""The condition on `fact f` that nothing ended it."""

FACTS = """coalesce(json_agg(json_build_object('id', f.id, 'kind', f.kind, 'date', f.happened_on, 'record', f.record_id)
  order by f.happened_on, f.id) filter (where f.id is not null), '[]')"""
"""The facts that count, as the JSON of `FactRef`."""
