"""One invitation: made by one side, accepted or declined by the others, cancelled by whoever cannot come."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput, not_found
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.spaces.copies import read_copies
from zhibu_core.spaces.terms import Terms
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import RECORD, require
from zhibu_partnership.joint.keeping import ground, keep, refuse_over
from zhibu_partnership.joint.reading import Invitation, activity_of, invitation_to
from zhibu_partnership.joint.settling import note_answer
from zhibu_partnership.joint.words import Agreed
from zhibu_partnership.models import Activity

LONGEST_REASON = 200


async def invite(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    space_id: uuid.UUID,
    agreed: Agreed,
    *,
    organization: str = "",
) -> Activity:
    """Invites the other sides of an agreement. Raises what `ground` raises, and `InvalidInput` naming the field that is wrong."""
    terms, place = await ground(session, who, space_id, organization)
    words = agreed.tidy()
    _within(terms, words)
    activity = _row(who, place, space_id, new_id(), words, "invited", is_host=True)
    session.add(activity)
    await keep(platform, session, who, activity, "invited", sorted(words.values()))
    return activity


async def accept(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    space_id: uuid.UUID,
    series: uuid.UUID,
    *,
    organization: str = "",
) -> Activity:
    """Accepts an invitation: what it says becomes our record too. Raises what `ground` raises, `NotFound`, `Conflict`."""
    return await _answer(platform, session, who, space_id, series, "accepted", organization=organization)


async def decline(
    platform: Platform, session: AsyncSession, who: Scope, space_id: uuid.UUID, series: uuid.UUID, reason: str
) -> Activity:
    """Declines an invitation, with the reason, which stays here. Raises as `accept`."""
    return await _answer(platform, session, who, space_id, series, "declined", reason=_reason(reason))


async def cancel(
    platform: Platform, session: AsyncSession, who: Scope, activity_id: uuid.UUID, reason: str
) -> Activity:
    """Calls the activity off on our side, with the reason, which stays here. Raises `NotFound`, `Forbidden`, `Conflict`."""
    activity, place = await activity_of(session, who, activity_id, locked=True)
    require(who, RECORD, place.path)
    refuse_over(activity)
    if activity.state == "one_sided":
        said = Words("已经单方办结，不能取消。", "It has been closed already and cannot be called off.")
        raise Conflict("activity_closed", said)
    activity.state, activity.reason = "cancelled", _reason(reason)
    activity.confirmed_digest = activity.confirmed_by = activity.confirmed_at = None
    await keep(platform, session, who, activity, "cancelled", ["state"])
    return activity


async def _answer(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    space_id: uuid.UUID,
    series: uuid.UUID,
    state: str,
    *,
    organization: str = "",
    reason: str = "",
) -> Activity:
    _, place = await ground(session, who, space_id, organization)
    invitation = await _invitation(session, who, space_id, series)
    activity = _row(who, place, space_id, series, invitation.said, state, is_host=False)
    activity.reason = reason
    session.add(activity)
    await session.flush()
    await read_copies(session, who, [invitation.copy])
    await note_answer(session, activity, invitation.copy)
    await keep(platform, session, who, activity, state, ["state"])
    return activity


async def _invitation(session: AsyncSession, who: Scope, space_id: uuid.UUID, series: uuid.UUID) -> Invitation:
    found = await invitation_to(session, who, space_id, series)
    if found is not None:
        return found
    query = select(Activity.id).where(Activity.space_id == space_id, Activity.series == series)
    if await session.scalar(query) is not None:
        raise Conflict("answered", Words("这份邀请已经答复过。", "This invitation has been answered already."))
    raise not_found(Words("邀请", "invitation"), str(series))


def _row(
    who: Scope, place: Organization, space_id: uuid.UUID, series: uuid.UUID, words: Agreed, state: str, *, is_host: bool
) -> Activity:
    return Activity(
        id=new_id(), space_id=space_id, series=series, organization_id=place.id, is_host=is_host, state=state,
        **(words.values() | {"kinds": list(words.kinds)}), people=0, reason="",
        written_by=who.actor.person_id if who.actor else None,
    )  # fmt: skip


def _within(terms: Terms, words: Agreed) -> None:
    if not terms.starts_on <= words.held_on <= terms.ends_on:
        said = Words(
            f"{words.held_on}不在协议期限{terms.starts_on}至{terms.ends_on}之内。",
            f"{words.held_on} is not within the agreement's term, {terms.starts_on} to {terms.ends_on}.",
        )
        raise InvalidInput("held_on", said, field="held_on")


def _reason(text: str) -> str:
    said = " ".join(text.split())
    if not 0 < len(said) <= LONGEST_REASON:
        words = Words(
            f"请写明理由，不超过{LONGEST_REASON}个字。", f"Give the reason in at most {LONGEST_REASON} characters."
        )
        raise InvalidInput("reason", words, field="reason")
    return said
