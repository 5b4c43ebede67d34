"""Grants, revokes and lists roles: each binds a person to a node of the tree and all below it."""

import contextlib
import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, NotFound, not_found
from zhibu_core.identity.models import RoleGrant
from zhibu_core.identity.permissions import ROLES
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words


@dataclass(frozen=True)
class GrantLine:
    """One grant as people read it; `node` is None for the whole tenant."""

    id: uuid.UUID
    person: str
    person_id: uuid.UUID
    number: str | None
    role: str
    node: str | None
    node_name: str | None
    since: dt.date
    until: dt.date | None


_LIST = text(
    """select g.id, p.name as person, p.id as person_id, p.number, g.role, o.code as node, o.name as node_name, g.since, g.until
    from role_grant g join person p on p.tenant_id = g.tenant_id and p.id = g.person_id
    left join organization o on o.tenant_id = g.tenant_id and o.id = g.node_id
    where g.tenant_id = :t and (g.until is null or g.until >= :today) order by o.path nulls first, g.role, p.sort_name"""
)


async def grants_in_force(session: AsyncSession, today: dt.date) -> list[GrantLine]:
    """The grants that hold today or later, by node."""
    rows = await session.execute(_LIST, {"t": tenant_of(session), "today": today})
    return [GrantLine(**row._mapping) for row in rows]


async def find_person(session: AsyncSession, named: str) -> Person:
    """A person by staff or student number, id, or name where only one has it; raises `NotFound` or `InvalidInput`."""
    by = Person.number == named
    with contextlib.suppress(ValueError):
        by = by | (Person.id == uuid.UUID(named))
    found = list(await session.scalars(select(Person).where(by)))
    if not found:
        found = list(await session.scalars(select(Person).where(Person.name == named).limit(2)))
    if len(found) > 1:
        raise InvalidInput(
            "person_ambiguous",
            Words(
                f"有多人叫“{named}”。请改用工号或学号。",
                f"Several people are named “{named}”. Give the staff or student number.",
            ),
            field="person",
        )
    if not found:
        raise not_found(Words("人员", "person"), named)
    return found[0]


async def grant_role(
    session: AsyncSession, scope: Scope, person: str, role: str, node: str | None, until: dt.date | None
) -> RoleGrant:
    """Grants a role at the node of this code (None: the whole tenant); the same grant again only moves its end."""
    if role not in ROLES:
        raise InvalidInput(
            "role_unknown",
            Words(
                f"没有角色“{role}”。可用：{'、'.join(ROLES)}。",
                f"There is no role “{role}”. There are: {', '.join(ROLES)}.",
            ),
            field="role",
        )
    if until is not None and until < scope.today:
        raise InvalidInput(
            "until_past",
            Words(
                f"截止日期 {until} 已过。请填今天或以后的日期。",
                f"The last day {until} is past. Give today or a later day.",
            ),
            field="until",
        )
    holder = await find_person(session, person)
    node_id = await _node(session, node)
    grant = await _held(session, holder.id, role, node_id, scope.today)
    if grant is None:
        grant = RoleGrant(id=new_id(), person_id=holder.id, role=role, node_id=node_id, since=scope.today)
        session.add(grant)
    grant.until = until
    await session.flush()
    await note(session, scope, "role.grant", "role_grant", grant.id, fields=[role])
    return grant


async def revoke_role(session: AsyncSession, scope: Scope, person: str, role: str, node: str | None) -> None:
    """Ends a grant as of yesterday; raises `NotFound` where there is none."""
    holder = await find_person(session, person)
    grant = await _held(session, holder.id, role, await _node(session, node), scope.today)
    if grant is None:
        raise NotFound(
            "grant_unknown",
            Words(f"“{holder.name}”在此处没有角色“{role}”。", f"“{holder.name}” does not have the role “{role}” here."),
            field="role",
        )
    await end_grant(session, scope, grant)


async def end_grant(session: AsyncSession, scope: Scope, grant: RoleGrant) -> None:
    """Ends a grant at once; its row stays for the record."""
    grant.until = scope.today - dt.timedelta(days=1)
    await session.flush()
    await note(session, scope, "role.grant", "role_grant", grant.id, fields=["until"])


async def _node(session: AsyncSession, code: str | None) -> uuid.UUID | None:
    if code is None:
        return None
    found = await session.scalar(select(Organization.id).where(Organization.code == code))
    if found is None:
        raise not_found(Words("组织代码", "organization with the code"), code)
    return found


async def _held(
    session: AsyncSession, person: uuid.UUID, role: str, node: uuid.UUID | None, today: dt.date
) -> RoleGrant | None:
    where = RoleGrant.node_id.is_(None) if node is None else RoleGrant.node_id == node
    query = select(RoleGrant).where(RoleGrant.person_id == person, RoleGrant.role == role, where)
    found: RoleGrant | None = await session.scalar(
        query.where((RoleGrant.until.is_(None)) | (RoleGrant.until >= today))
    )
    return found
