"""Closing an agreement on this side: by somebody who revokes it, by the other side's word, or by the calendar."""

import uuid
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note as audit
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.agreements import refuse_closed
from zhibu_core.spaces.cases.closing import end_cases
from zhibu_core.spaces.messages import CORE, ClosedMessage
from zhibu_core.spaces.models import Space, SpaceEnvelope
from zhibu_core.spaces.powers import REVOKE, held, name_of
from zhibu_core.spaces.sending import ERASE, other_tenants, send
from zhibu_core.spaces.terms import LONGEST_REASON, wrong
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of

Closed = Literal["revoked", "ended"]
OPEN = ("proposed", "in_force")


async def revoke(session: AsyncSession, who: Scope, space_id: uuid.UUID, reason: str) -> Space:
    """Ends the agreement at once on this side, and sends word; a proposal that nobody wants is declined or taken back alike.

    Raises `NotFound`, `Forbidden`, `Conflict` where it is over already, `InvalidInput` without a reason.
    """
    space = await held(session, who, REVOKE, space_id, locked=True)
    refuse_closed(space)
    said = reason.strip()
    if not 0 < len(said) <= LONGEST_REASON:
        raise wrong("reason", "请写明理由，不超过 200 个字。", "Give the reason in at most 200 characters.")
    others = await other_tenants(session, space.id)
    await close(session, who, space, "revoked", said, by=name_of(who), party=who.tenant.id)
    await send(session, who, space.id, others, ClosedMessage("revoked", said, name_of(who), instant_of(session)))
    return space


async def close(
    session: AsyncSession,
    who: Scope,
    space: Space,
    state: Closed,
    reason: str,
    *,
    by: str | None,
    party: uuid.UUID | None,
) -> None:
    """Closes it on this side alone: from this commit on no copy can be read; the copies are removed right after it, in the
    background. `party` is the tenant that closed it (None: the calendar), `by` its person's name.
    """
    space.state, space.close_reason, space.closed_by, space.closed_by_party = state, reason, by, party
    space.closed_at = instant_of(session)
    await session.flush()
    await withdraw_waiting(session, space.id)
    await audit(session, who, "space.revoke" if state == "revoked" else "space.end", "space", space.id, purpose=reason)
    await end_cases(session, who, space.id, reason)
    await publish(session, f"space.{state}", "space", space.id)
    await publish(session, ERASE, "space", space.id)


async def withdraw_waiting(session: AsyncSession, space_id: uuid.UUID) -> None:
    """Records that have not left yet stay."""
    await session.execute(
        update(SpaceEnvelope)
        .where(
            SpaceEnvelope.space_id == space_id,
            SpaceEnvelope.state.in_(("waiting", "held")),
            SpaceEnvelope.kind.not_like(f"{CORE}%"),
        )
        .values(state="withdrawn", settled_at=instant_of(session))
    )


async def close_all(session: AsyncSession, who: Scope, reason: str) -> int:
    """Closes every open agreement of the tenant and sends word: before the tenant is erased. How many."""
    spaces = list(await session.scalars(select(Space).where(Space.state.in_(OPEN)).with_for_update()))
    for space in spaces:
        others = await other_tenants(session, space.id)
        await close(session, who, space, "ended", reason, by=None, party=who.tenant.id)
        await send(session, who, space.id, others, ClosedMessage("ended", reason, name_of(who), instant_of(session)))
    return len(spaces)
