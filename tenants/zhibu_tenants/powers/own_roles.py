"""A tenant's own roles: named sets of actions that it grants like the platform's."""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Forbidden, InvalidInput, not_found
from zhibu_core.identity.access import TenantRole
from zhibu_core.identity.permissions import GUARDED, ROLES, STAFF_ROLE, powers_of, powers_of_role
from zhibu_core.identity.scopes import Scopes
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words
from zhibu_tenants.powers.separation import is_separated, refuse_together

KEY = re.compile(r"[a-z][a-z0-9_-]{1,30}")
LONGEST = 30


class Kind(NamedTuple):
    """A role that can be granted: what it is called, and which administrators' powers it has."""

    title: Words
    powers: frozenset[str]


async def kinds_of_role(session: AsyncSession) -> Mapping[str, Kind]:
    """The platform's roles and the tenant's own by key."""
    own = {
        role.key: Kind(Words(role.name_zh, role.name_en), powers_of(role.actions)) for role in await own_roles(session)
    }
    return {key: Kind(title, powers_of_role(key)) for key, title in ROLES.items()} | own


async def own_roles(session: AsyncSession) -> list[TenantRole]:
    """The tenant's own roles by key, without those that have ended."""
    return list(await session.scalars(select(TenantRole).where(TenantRole.ended_at.is_(None)).order_by(TenantRole.key)))


async def define_role(
    session: AsyncSession, scopes: Scopes, scope: Scope, key: str, name: Words, actions: Collection[str]
) -> TenantRole:
    """Makes a role of these actions, or changes the one of this key.

    Nobody puts an administrator's action into a role without holding it, and nobody widens a role that they hold. Raises
    `InvalidInput` or `Forbidden`.
    """
    _check_form(key, name)
    wanted = _known(scopes, scope, actions)
    _refuse_beyond(scope, wanted & GUARDED)
    if key in scope.roles:
        _refuse_beyond(scope, wanted)
    if await is_separated(session):
        refuse_together(powers_of(wanted), "actions")
    role = await session.scalar(select(TenantRole).where(TenantRole.key == key))
    if role is None:
        made_by = scope.actor.person_id if scope.actor else None
        role = TenantRole(id=new_id(), key=key, made_by=made_by, made_at=instant_of(session))
        session.add(role)
    role.name_zh, role.name_en, role.actions, role.ended_at = name.zh, name.en, sorted(wanted), None
    await session.flush()
    await note(session, scope, "role.define", "tenant_role", role.id, fields=role.actions)
    return role


async def end_role(session: AsyncSession, scope: Scope, key: str) -> None:
    """Ends a role: whoever holds it holds nothing by it from the next request on. Raises `NotFound`."""
    query = select(TenantRole).where(TenantRole.key == key, TenantRole.ended_at.is_(None))
    role = await session.scalar(query)
    if role is None:
        raise not_found(Words("本单位角色", "role of the organization's own called"), key)
    role.ended_at = instant_of(session)
    await session.flush()
    await note(session, scope, "role.define", "tenant_role", role.id, fields=["ended_at"])


def _check_form(key: str, name: Words) -> None:
    if not KEY.fullmatch(key) or key in ROLES or key == STAFF_ROLE:
        raise InvalidInput(
            "role_key",
            Words(
                f"角色代码“{key}”不可用：用小写字母、数字、连字符，以字母开头，且不与平台角色同名。",
                f"“{key}” cannot be a role's key: small letters, digits and hyphens, a letter first, no role of the platform.",
            ),
            field="key",
        )
    for field, value in (("name", name.zh), ("english", name.en)):
        if not value.strip() or len(value) > LONGEST:
            raise InvalidInput(
                "role_name",
                Words(f"角色名称须为 1 至 {LONGEST} 个字。", f"A role's name has 1 to {LONGEST} characters."),
                field=field,
            )


def _known(scopes: Scopes, scope: Scope, actions: Collection[str]) -> frozenset[str]:
    """The actions, if there are some and all of them exist; home comes with every role."""
    wanted = frozenset(actions)
    unknown = sorted(wanted - frozenset(scopes.policy(scope.plugins).actions))
    if unknown or not wanted:
        raise InvalidInput(
            "actions_unknown",
            Words(f"没有这些权限：{'、'.join(unknown)}。", f"There are no such permissions: {', '.join(unknown)}.")
            if unknown
            else Words("请至少选择一项权限。", "Choose at least one permission."),
            field="actions",
        )
    return wanted | {"home.read"}


def _refuse_beyond(scope: Scope, wanted: frozenset[str]) -> None:
    """Raises `Forbidden` where somebody would give out what they do not hold in the whole tenant."""
    if scope.actor is None:
        return
    if beyond := sorted(action for action in wanted if not scope.may(action, "")):
        raise Forbidden(
            "beyond_own",
            Words(
                f"您自己没有这些权限，不能授予：{'、'.join(beyond)}。",
                f"You do not hold these permissions and cannot give them: {', '.join(beyond)}.",
            ),
        )
