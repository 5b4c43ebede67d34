"""Who may do what with an agreement: an action is held where this tenant's own organizations of it are."""

import uuid
from collections.abc import Sequence

from sqlalchemy import and_, exists, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from zhibu_core.errors import NotFound
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.spaces.models import Space, SpaceParty
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

READ, PROPOSE, SIGN = "space.read", "space.propose", "space.sign"
PUBLISH, REVOKE = "space.publish", "space.revoke"


def is_platform(who: Scope) -> bool:
    """The operator at the machine, or a plugin that answers an event: nobody is signed in and nothing was granted."""
    return who.actor is None and not who.grants


def require(who: Scope, action: str, paths: Sequence[str]) -> None:
    """Raises `Forbidden` unless the action is held at every one of these places."""
    if is_platform(who):
        return
    for path in paths:
        who.require(action, path)


def name_of(who: Scope) -> str:
    """The name that the other side reads."""
    return who.actor.name if who.actor else who.tenant.name


def seen_by(who: Scope) -> ColumnElement[bool]:
    """Which spaces the asker may see: those of whose own organizations one lies where `space.read` is held."""
    if is_platform(who):
        return true()
    reached = in_subtrees(Organization.path, who.paths(READ))
    return exists(
        select(SpaceParty.id)
        .join(
            Organization,
            and_(Organization.tenant_id == SpaceParty.tenant_id, Organization.id == SpaceParty.organization_id),
        )
        .where(SpaceParty.tenant_id == Space.tenant_id, SpaceParty.space_id == Space.id, reached)
    )


async def own_paths(session: AsyncSession, space_id: uuid.UUID) -> list[str]:
    """Where this tenant's own organizations of the agreement are."""
    query = (
        select(Organization.path)
        .join(
            SpaceParty,
            and_(SpaceParty.tenant_id == Organization.tenant_id, SpaceParty.organization_id == Organization.id),
        )
        .where(SpaceParty.space_id == space_id, SpaceParty.is_own)
    )
    return list(await session.scalars(query.order_by(Organization.path)))


async def held(session: AsyncSession, who: Scope, action: str, space_id: uuid.UUID, *, locked: bool = False) -> Space:
    """The space, for somebody who holds the action at all its own organizations; raises `NotFound` where the asker may not
    even see it, else `Forbidden`.
    """
    query = select(Space).where(Space.id == space_id, seen_by(who))
    space = await session.scalar(query.with_for_update() if locked else query)
    if space is None:
        raise no_such_space()
    require(who, action, await own_paths(session, space_id))
    return space


def no_such_space() -> NotFound:
    """One answer for what is unknown, another tenant's, or not the reader's."""
    return NotFound("space_unknown", Words("没有找到这份共建协议。", "There is no such agreement."))
