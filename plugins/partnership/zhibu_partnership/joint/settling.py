"""When a joint activity counts: all sides confirmed the same words, or one closed it with a reason; facts follow at home."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.facts import end_facts
from zhibu_core.plugins.events import Event, publish
from zhibu_core.spaces.copies import copies_of
from zhibu_core.spaces.models import SpaceCopy, SpaceParty
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_partnership.joint.facts import write_facts_of
from zhibu_partnership.joint.reading import series_of
from zhibu_partnership.joint.sharing import KIND
from zhibu_partnership.models import Activity, Answer

AWAY = ("declined", "cancelled")


async def receive(session: AsyncSession, who: Scope, event: Event) -> None:
    """What came from another side: notes how far it is with our records, and settles those on which all agree."""
    for copy in await copies_of(session, who, parcel_id=event.object_id, kind=KIND, limit=1000):
        series = series_of(copy)
        query = select(Activity).where(Activity.space_id == copy.space_id, Activity.series == series)
        activity = await session.scalar(query.with_for_update())
        if activity is None:
            await publish(session, "partnership.activity.received", "space_copy", copy.id)
            continue
        await note_answer(session, activity, copy)
        await publish(session, "partnership.activity.answered", "partnership_activity", activity.id)
        await settle_if_agreed(session, who, activity)


async def note_answer(session: AsyncSession, activity: Activity, copy: SpaceCopy) -> None:
    """Keeps how far another side is, and the digest of what it confirmed."""
    query = select(Answer).where(Answer.activity_id == activity.id, Answer.party == copy.owner_tenant)
    answer = await session.scalar(query)
    if answer is None:
        answer = Answer(id=new_id(), activity_id=activity.id, party=copy.owner_tenant)
        session.add(answer)
    answer.state, answer.digest = str(copy.record.get("state") or ""), str(copy.record.get("confirms") or "")
    answer.at = instant_of(session)
    await session.flush()


async def settle_if_agreed(session: AsyncSession, who: Scope, activity: Activity) -> bool:
    """Settles it where every other side that takes part has confirmed the words that we confirmed."""
    if activity.confirmed_digest is None or activity.state not in ("invited", "accepted", "one_sided"):
        return False
    answers = list(await session.scalars(select(Answer).where(Answer.activity_id == activity.id)))
    parties = select(SpaceParty.party).where(SpaceParty.space_id == activity.space_id, SpaceParty.is_own.is_(False))
    away = {one.party for one in answers if one.state in AWAY}
    agree = {one.party for one in answers if one.digest == activity.confirmed_digest}
    waited_for = set(await session.scalars(parties)) - away
    if not waited_for or not waited_for <= agree:
        return False
    await close(session, who, activity, "settled")
    return True


async def close(session: AsyncSession, who: Scope, activity: Activity, state: str) -> None:
    """From now on it counts at home; one that was closed by us alone and is confirmed later is said anew."""
    by = who.actor.person_id if who.actor else None
    if activity.state == "one_sided" and activity.home_record_id is None:
        await end_facts(session, [activity.id], "superseded", note="confirmed by the other side", ended_by=by)
    activity.state, activity.settled_on = state, who.today
    await session.flush()
    await write_facts_of(session, activity, written_by=by)
    await publish(session, f"partnership.activity.{state}", "partnership_activity", activity.id)
