"""Which part of a tenant is asked about: a subtree, one organization, one person."""

import uuid
from dataclasses import dataclass
from typing import Any

from zhibu_core.organization.tree import bounds


@dataclass(frozen=True)
class Reach:
    """A subtree by its path ("" is the whole tenant), narrowed to one organization or one person if named."""

    path: str = ""
    organization_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None

    def parameters(self, tenant_id: uuid.UUID) -> dict[str, Any]:
        """The parameters t, low, high, org, person of the statements here."""
        low, high = bounds(self.path)
        return {"t": tenant_id, "low": low, "high": high, "org": self.organization_id, "person": self.person_id}


IN_REACH = """o.tenant_id = :t and o.path >= (select cast(:low as text)) and o.path < (select cast(:high as text))
  and (cast(:org as uuid) is null or o.id = cast(:org as uuid))"""
"""The condition on `organization o`."""

IN_FORCE = "not exists (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id)"
"""The condition on `fact f` that nothing ended it."""

FACTS = """coalesce(json_agg(json_build_object('id', f.id, 'kind', f.kind, 'date', f.happened_on, 'record', f.record_id)
  order by f.happened_on, f.id) filter (where f.id is not null), '[]')"""
"""The facts that count, as the JSON of `FactRef`."""
