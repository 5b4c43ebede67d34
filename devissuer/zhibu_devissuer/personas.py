"""The people one can sign in as in a demo: one for each role, made where the tenant has nobody for it."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, NotFound, not_found
from zhibu_core.identity.models import Account, RoleGrant
from zhibu_core.identity.permissions import ROLES, STAFF_ROLE
from zhibu_core.organization.kinds import BRANCH_TYPES
from zhibu_core.organization.models import Organization
from zhibu_core.organization.names import sort_name
from zhibu_core.organization.people import Person
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words

NAMES = {"admin": "示例管理员", "organizer": "示例组织员", "auditor": "示例审计员", "secretary": "示例书记",
         "system": "示例系统管理员", "security": "示例安全管理员"}  # fmt: skip
APART = frozenset({"system", "security"})
"""What one person, the administrator, is in a demo; they are somebody's only where a tenant has made them so."""


@dataclass(frozen=True)
class Persona:
    """Somebody to sign in as; `branch` names where, for secretary and member."""

    role: str
    person_id: uuid.UUID
    name: str
    branch: str | None = None


OPERATOR_PERSONA = Persona(STAFF_ROLE, uuid.UUID(int=1), "示例运维员")
"""Who runs the platform of a demo."""


async def persona(session: AsyncSession, tenant: Tenant, role: str, code: str | None = None) -> Persona:
    """The person of a role; raises `InvalidInput` for an unknown role, `NotFound` where the tenant has nobody for it."""
    if role not in ROLES:
        raise InvalidInput(
            "role_unknown",
            Words(
                f"没有角色“{role}”。可用：{'、'.join(ROLES)}。",
                f"There is no role “{role}”. There are: {', '.join(ROLES)}.",
            ),
            field="role",
        )
    if role in ("secretary", "member"):
        branch = await _branch(session, code)
        return await (_secretary if role == "secretary" else _member)(session, tenant, branch)
    holder = await _holder(session, role, None) or await _made(session, tenant, role, None)
    return Persona(role, holder.id, holder.name)


async def all_personas(session: AsyncSession, tenant: Tenant) -> list[Persona]:
    """One persona a role, in the order of the roles; roles for which the tenant has nobody are left out."""
    found = []
    for role in ROLES:
        if role in APART and await _holder(session, role, None) is None:
            continue
        try:
            found.append(await persona(session, tenant, role))
        except NotFound:
            continue
    return found


async def account_of(session: AsyncSession, issuer: str, person_id: uuid.UUID) -> str:
    """The subject under which the issuer knows this person; notes the account where it is new."""
    subject = person_id.hex
    query = select(Account.id).where(Account.issuer == issuer, Account.subject == subject)
    if await session.scalar(query) is None:
        session.add(Account(id=new_id(), issuer=issuer, subject=subject, person_id=person_id))
        await session.flush()
    return subject


async def _branch(session: AsyncSession, code: str | None) -> Organization:
    query = select(Organization).where(Organization.kind.in_(BRANCH_TYPES), Organization.abolished_on.is_(None))
    if code is not None:
        found = await session.scalar(query.where(Organization.code == code))
        if found is None:
            raise not_found(Words("支部代码", "branch with the code"), code)
        return found
    found = await session.scalar(query.where(Organization.has_committee).order_by(Organization.code).limit(1))
    if found is None:
        raise NotFound(
            "branch_none",
            Words(
                "这个租户还没有设支委会的支部。请先导入组织机构和花名册。",
                "No branch of this tenant has a committee yet. Import organizations and the roster first.",
            ),
            field="tenant",
        )
    return found


_SECRETARY = text(
    """select x.person_id from (
      select m.person_id, 0 as rank, m.party_post as post from membership m
       where m.tenant_id = :t and m.organization_id = :org and m.until is null
      union all
      select p.person_id, 1, p.role from position p where p.tenant_id = :t and p.organization_id = :org and p.until is null
    ) x where x.post like '%书记%' and x.post not like '%副书记%' order by x.rank, x.person_id limit 1"""
)
_MEMBER = text(
    """select p.id, p.name from membership m join person p on p.tenant_id = m.tenant_id and p.id = m.person_id
    where m.tenant_id = :t and m.organization_id = :org and m.until is null and m.member_class = 'full_member'
      and m.status = 'normal' and not m.is_lost and not m.is_mobile and m.party_post is null
      and not exists (select from position o where o.tenant_id = m.tenant_id and o.person_id = m.person_id and o.until is null)
      and not exists (select from role_grant g where g.tenant_id = m.tenant_id and g.person_id = m.person_id)
    order by p.number, p.id limit 1"""
)


async def _secretary(session: AsyncSession, tenant: Tenant, branch: Organization) -> Persona:
    holder = await _holder(session, "secretary", branch.id)
    if holder is None:
        known = await session.scalar(_SECRETARY, {"t": tenant_of(session), "org": branch.id})
        if known is None:
            holder = await _made(session, tenant, "secretary", branch.id)
        else:
            holder = (await session.scalars(select(Person).where(Person.id == known))).one()
            await _grant(session, tenant, holder.id, "secretary", branch.id)
    return Persona("secretary", holder.id, holder.name, branch.name)


async def _member(session: AsyncSession, _tenant: Tenant, branch: Organization) -> Persona:
    row = (await session.execute(_MEMBER, {"t": tenant_of(session), "org": branch.id})).one_or_none()
    if row is None:
        raise NotFound(
            "member_none",
            Words(
                f"“{branch.name}”还没有可登录的正式党员。请先导入花名册。",
                f"“{branch.name}” has no full member yet who could sign in. Import the roster first.",
            ),
            field="org",
        )
    return Persona("member", row.id, row.name, branch.name)


async def _holder(session: AsyncSession, role: str, node: uuid.UUID | None) -> Person | None:
    where = RoleGrant.node_id.is_(None) if node is None else RoleGrant.node_id == node
    query = (
        select(Person)
        .join(RoleGrant, (RoleGrant.person_id == Person.id) & (RoleGrant.tenant_id == Person.tenant_id))
        .where(RoleGrant.role == role, where, RoleGrant.until.is_(None))
        .order_by(RoleGrant.id)
        .limit(1)
    )
    found: Person | None = await session.scalar(query)
    return found


async def _made(session: AsyncSession, tenant: Tenant, role: str, node: uuid.UUID | None) -> Person:
    person = Person(id=new_id(), name=NAMES[role], sort_name=sort_name(NAMES[role]))
    session.add(person)
    await session.flush()
    await _grant(session, tenant, person.id, role, node)
    return person


async def _grant(session: AsyncSession, tenant: Tenant, person: uuid.UUID, role: str, node: uuid.UUID | None) -> None:
    session.add(RoleGrant(id=new_id(), person_id=person, role=role, node_id=node, since=tenant.current_day()))
    await session.flush()
