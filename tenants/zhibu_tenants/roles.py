"""Grants, revokes and lists roles: each binds a person to a node of the tree and all below it."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, NotFound, not_found
from zhibu_core.identity.models import RoleGrant
from zhibu_core.identity.permissions import ROLES, powers_of
from zhibu_core.identity.persons import find_person
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.tenancy.changes import tell_of_access
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of, tenant_of
from zhibu_core.words import Words
from zhibu_tenants.powers.own_roles import kinds_of_role
from zhibu_tenants.powers.separation import is_separated, refuse_two


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
    title: Words
    delegated_from: str | None = None


_LIST = text(
    """select g.id, p.name as person, p.id as person_id, p.number, g.role, o.code as node, o.name as node_name, g.since, g.until,
      r.name_zh, r.name_en, d.name as delegated_from
    from role_grant g join person p on p.tenant_id = g.tenant_id and p.id = g.person_id
    left join organization o on o.tenant_id = g.tenant_id and o.id = g.node_id
    left join person d on d.tenant_id = g.tenant_id and d.id = g.delegated_from
    left join tenant_role r on r.tenant_id = g.tenant_id and r.key = g.role and r.ended_at is null
    where g.tenant_id = :t and (g.until is null or g.until >= :today) order by o.path nulls first, g.role, p.sort_name"""
)


async def grants_in_force(session: AsyncSession, today: dt.date) -> list[GrantLine]:
    """The grants that hold today or later, by node."""
    rows = await session.execute(_LIST, {"t": tenant_of(session), "today": today})
    return [
        GrantLine(
            row.id, row.person, row.person_id, row.number, row.role, row.node, row.node_name, row.since, row.until,
            title_of(row.role, row.name_zh, row.name_en), row.delegated_from,
        )
        for row in rows
    ]  # fmt: skip


def title_of(role: str, zh: str | None, en: str | None) -> Words:
    """What a role is called: the tenant's own by its names, the platform's by ours, an ended one by its key."""
    return Words(zh, en) if zh and en else ROLES.get(role, Words(role, role))


@dataclass(frozen=True)
class Wanted:
    """A grant as it is asked for; `node` is a code, None the whole tenant, `since` today unless it begins later.

    `delegated_from` names (as `person` does) whose own role is lent.
    """

    person: str
    role: str
    node: str | None = None
    until: dt.date | None = None
    since: dt.date | None = None
    delegated_from: str | None = None


async def grant_role(session: AsyncSession, scope: Scope, wanted: Wanted) -> RoleGrant:
    """Grants a role; the same grant again only moves its end. Raises `InvalidInput`, `NotFound` or `Forbidden`.

    Nobody grants beyond the own part of the tree, or gives themselves an administrator's powers that they lack; where
    administrators are kept apart, nobody gets the powers of two. A lent role ends with a day, no later than the lender's.
    """
    kind = (await kinds_of_role(session)).get(wanted.role)
    if kind is None:
        raise await _unknown_role(session, wanted.role)
    since = wanted.since or scope.today
    _check_days(scope.today, since, wanted.until)
    holder = await find_person(session, wanted.person)
    # Two grants to one person wait for each other, or each would find the other's powers missing.
    await session.execute(select(Person.id).where(Person.id == holder.id).with_for_update())
    node_id, path = await _node(session, wanted.node)
    if scope.actor is not None:
        scope.require("role.grant", path)
    await _refuse_for_oneself(session, scope, holder, kind.powers)
    await refuse_two(session, scope.today, holder.id, kind.powers)
    lender = await find_person(session, wanted.delegated_from) if wanted.delegated_from else None
    until = await _lent_until(session, scope, lender, wanted.role, node_id, wanted.until) if lender else wanted.until
    grant = await _held(session, holder.id, wanted.role, node_id, scope.today)
    if grant is None:
        grant = RoleGrant(id=new_id(), person_id=holder.id, role=wanted.role, node_id=node_id, since=since)
        grant.granted_by, grant.granted_at = scope.actor.person_id if scope.actor else None, instant_of(session)
        session.add(grant)
    grant.until, grant.delegated_from = until, lender.id if lender else None
    await session.flush()
    await note(session, scope, "role.grant", "role_grant", grant.id, fields=[wanted.role])
    return grant


async def _unknown_role(session: AsyncSession, role: str) -> InvalidInput:
    keys = list(await kinds_of_role(session))
    message = Words(
        f"没有角色“{role}”。可用：{'、'.join(keys)}。", f"There is no role “{role}”. There are: {', '.join(keys)}."
    )
    return InvalidInput("role_unknown", message, field="role")


def _check_days(today: dt.date, since: dt.date, until: dt.date | None) -> None:
    if since < today:
        message = Words(
            f"开始日期 {since} 已过。请填今天或以后的日期。",
            f"The first day {since} is past. Give today or a later day.",
        )
        raise InvalidInput("since_past", message, field="since")
    if until is not None and until < since:
        message = Words(
            f"截止日期 {until} 已过。请填今天或以后的日期，且不早于开始日期。",
            f"The last day {until} is past. Give today or a later day, not before the first.",
        )
        raise InvalidInput("until_past", message, field="until")


async def _refuse_for_oneself(session: AsyncSession, scope: Scope, holder: Person, powers: frozenset[str]) -> None:
    if scope.actor is None or holder.id != scope.actor.person_id:
        return
    if powers - powers_of(scope.actions) or await is_separated(session):
        raise InvalidInput(
            "own_grant",
            Words(
                "不能给自己授予这项角色。请由另一名管理员授权。",
                "Nobody grants themselves this role. Ask another administrator.",
            ),
            field="person",
        )


async def _lent_until(
    session: AsyncSession, scope: Scope, lender: Person, role: str, node: uuid.UUID | None, until: dt.date | None
) -> dt.date:
    """The last day of a lent role; raises `InvalidInput` where it has none, or the lender does not hold the role there."""
    if until is None:
        message = Words("代理须有截止日期。", "A role on somebody's behalf needs a last day.")
        raise InvalidInput("until_missing", message, field="until")
    own = await _held(session, lender.id, role, node, scope.today)
    if own is None or own.delegated_from is not None:
        message = Words(
            f"“{lender.name}”在此处没有这项角色，不能由他人代理。",
            f"“{lender.name}” does not hold this role here to be lent.",
        )
        raise InvalidInput("lender_without", message, field="delegated_from")
    return min(until, own.until) if own.until else until


async def revoke_role(session: AsyncSession, scope: Scope, person: str, role: str, node: str | None) -> None:
    """Ends a grant as of yesterday; raises `NotFound` where there is none."""
    holder = await find_person(session, person)
    node_id, _ = await _node(session, node)
    grant = await _held(session, holder.id, role, node_id, scope.today)
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
    await tell_of_access(session)
    await note(session, scope, "role.grant", "role_grant", grant.id, fields=["until"])


async def _node(session: AsyncSession, code: str | None) -> tuple[uuid.UUID | None, str]:
    """Id and path of an organization; none and "" for the whole tenant."""
    if code is None:
        return None, ""
    query = select(Organization.id, Organization.path).where(Organization.code == code)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        raise not_found(Words("组织代码", "organization with the code"), code)
    return found.id, found.path


async def _held(
    session: AsyncSession, person: uuid.UUID, role: str, node: uuid.UUID | None, today: dt.date
) -> RoleGrant | None:
    where = RoleGrant.node_id.is_(None) if node is None else RoleGrant.node_id == node
    query = select(RoleGrant).where(RoleGrant.person_id == person, RoleGrant.role == role, where)
    found: RoleGrant | None = await session.scalar(
        query.where((RoleGrant.until.is_(None)) | (RoleGrant.until >= today))
    )
    return found
