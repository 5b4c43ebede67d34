"""Where the directory says something else than we do: shown to the organizer, who settles it by the field's own procedure."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.tree import bounds
from zhibu_core.tenancy.session import tenant_of

MOST = 100
"""Differences shown at once; settling these shows the next."""

# A group whose external id is a code stands for that organization: its people should be at it or below it.
_MOVED = """select p.id, p.name, 'elsewhere' as kind, b.name as branch, o.name as said, p.sort_name
    from directory_user u
    join directory_member m on m.tenant_id = u.tenant_id and m.user_id = u.id
    join directory_group g on g.tenant_id = u.tenant_id and g.id = m.group_id
    join organization o on o.tenant_id = u.tenant_id and o.code = g.external_id and o.abolished_on is null
    join membership ms on ms.tenant_id = u.tenant_id and ms.person_id = u.person_id and ms.until is null
    join organization b on b.tenant_id = u.tenant_id and b.id = ms.organization_id
    join person p on p.tenant_id = u.tenant_id and p.id = u.person_id
    where u.tenant_id = :t and u.ended_at is null and u.is_active is distinct from false
      and not starts_with(b.path, o.path) and b.path >= :low and b.path < :high"""
_LEFT = """select p.id, p.name, 'left' as kind, b.name as branch, '' as said, p.sort_name
    from person p
    join membership ms on ms.tenant_id = p.tenant_id and ms.person_id = p.id and ms.until is null
    join organization b on b.tenant_id = p.tenant_id and b.id = ms.organization_id
    where p.tenant_id = :t and p.sign_in_off_since is not null and b.path >= :low and b.path < :high"""
_BOTH = text(f"{_MOVED} union all {_LEFT} order by sort_name, id, said limit :most")


@dataclass(frozen=True)
class Difference:
    """`kind` is "elsewhere" (the directory has the person in `said`) or "left" (it says that they left or are suspended)."""

    person_id: uuid.UUID
    person: str
    kind: str
    branch: str
    said: str


async def differences(session: AsyncSession, paths: Sequence[str]) -> list[Difference]:
    """Current members below these places of whom the directory says otherwise, by name; nothing is changed by it."""
    found: list[Difference] = []
    for path in paths:
        low, high = bounds(path)
        asked = {"t": tenant_of(session), "low": low, "high": high, "most": MOST}
        rows = (await session.execute(_BOTH, asked)).all()
        found += [Difference(row.id, row.name, row.kind, row.branch, row.said) for row in rows]
    return found[:MOST]
