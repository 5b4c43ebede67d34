"""How many members each organization has of its own, kept true by whoever writes memberships."""

import uuid
from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.session import tenant_of

ACTIVE = ("normal", "restored")
"""The states of a membership in which somebody counts as a member of the branch."""

_COLUMNS = ("members", "full_members", "probationary", "mobile", "asked")
_REACH = "o.tenant_id = :t and (cast(:ids as uuid[]) is null or o.id = any(:ids))"

# Locks the rows, so that whoever counts at the same time counts after this transaction and sees what it wrote.
_LOCK = text(
    f"""insert into member_tally (tenant_id, id, path, {", ".join(_COLUMNS)})
    select o.tenant_id, o.id, o.path, 0, 0, 0, 0, 0 from organization o where {_REACH} order by o.id
    on conflict (tenant_id, id) do update set members = member_tally.members"""  # noqa: S608 only our own fragments
)
_COUNT = text(
    f"""update member_tally x set {", ".join(f"{name} = c.{name}" for name in _COLUMNS)}
    from (select o.tenant_id, o.id, count(m.id) as members,
        count(m.id) filter (where m.member_class = 'full_member' and m.status in {ACTIVE}) as full_members,
        count(m.id) filter (where m.member_class = 'probationary' and m.status in {ACTIVE}) as probationary,
        count(m.id) filter (where m.is_mobile and m.status in {ACTIVE}) as mobile,
        count(m.id) filter (where m.status = 'normal' and not m.is_lost and not m.is_mobile and not m.is_exempt) as asked
      from organization o left join membership m on m.tenant_id = o.tenant_id and m.organization_id = o.id and m.until is null
      where {_REACH} group by o.tenant_id, o.id) c
    where x.tenant_id = :t and x.tenant_id = c.tenant_id and x.id = c.id and (x.members, x.full_members, x.probationary, x.mobile, x.asked)
      is distinct from (c.members, c.full_members, c.probationary, c.mobile, c.asked)"""  # noqa: S608
)


async def count_members(session: AsyncSession, organizations: Collection[uuid.UUID] | None = None) -> int:
    """Counts the members of these organizations, or of all, anew; returns how many tallies were not as they should be.

    To be called by whoever has written memberships, in the same transaction. Two statements.
    """
    values = {"t": tenant_of(session), "ids": None if organizations is None else list(organizations)}
    await session.execute(_LOCK, values)
    done = await session.execute(_COUNT, values)
    return int(done.rowcount)  # type: ignore[attr-defined]
