"""Our record of a joint activity: its words, our roll, our confirmation, and closing it without the other side."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import cast

from sqlalchemy import Table, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput, not_found
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership, Person
from zhibu_core.organization.tree import bounds
from zhibu_core.platform import Platform
from zhibu_core.spaces.copies import read_copies
from zhibu_core.spaces.models import SpaceParty
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words
from zhibu_partnership.actions import CONFIRM, RECORD, require
from zhibu_partnership.joint.inviting import LONGEST_REASON
from zhibu_partnership.joint.keeping import keep, refuse_over
from zhibu_partnership.joint.reading import activity_of, agreed_of, copy_of, said_in
from zhibu_partnership.joint.settling import close, settle_if_agreed
from zhibu_partnership.joint.words import TITLES, Agreed
from zhibu_partnership.models import Activity, Present


async def change(
    platform: Platform, session: AsyncSession, who: Scope, activity_id: uuid.UUID, agreed: Agreed
) -> Activity:
    """Changes our words; our confirmation of the old ones goes. Raises `NotFound`, `Forbidden`, `Conflict`, `InvalidInput`."""
    activity = await _to_write(session, who, activity_id, RECORD)
    words = agreed.tidy()
    before = agreed_of(activity)
    fields = [name for name in TITLES if getattr(before, name) != getattr(words, name)]
    for name in fields:
        value = getattr(words, name)
        setattr(activity, name, list(value) if name == "kinds" else value)
    if fields:
        activity.confirmed_digest = activity.confirmed_by = activity.confirmed_at = None
        await keep(platform, session, who, activity, "changed", fields)
    return activity


async def adopt(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    activity_id: uuid.UUID,
    side: str,
    fields: Collection[str],
) -> Activity:
    """Takes over what another side (by its tenant's slug) says in these fields, as a person settled it.

    Raises `NotFound`, `Forbidden`, `Conflict`, `InvalidInput` for a field that there is not.
    """
    activity = await _to_write(session, who, activity_id, RECORD)
    if unknown := sorted(set(fields) - TITLES.keys()):
        said = Words(f"共同活动没有“{unknown[0]}”这一项。", f"A joint activity has no field “{unknown[0]}”.")
        raise InvalidInput("fields", said, field="fields")
    named = select(SpaceParty.party).where(SpaceParty.space_id == activity.space_id, SpaceParty.slug == side).limit(1)
    party = await session.scalar(named)
    copy = await copy_of(session, who, activity, party) if party else None
    theirs = said_in(copy) if copy else None
    if copy is None or theirs is None:
        raise not_found(Words("对方的记录", "record of the other side"), side)
    await read_copies(session, who, [copy])
    taken = {name: getattr(theirs, name) for name in TITLES if name in fields}
    return await change(platform, session, who, activity_id, Agreed(**(agreed_of(activity).values() | taken)))


async def members_of(session: AsyncSession, place: Organization) -> Sequence[Person]:
    """Those of ours who may have been there: the members of the organization and of what is below it, by name."""
    low, high = bounds(place.path)
    query = (
        select(Person)
        .join(Membership, (Membership.tenant_id == Person.tenant_id) & (Membership.person_id == Person.id))
        .join(
            Organization,
            (Organization.tenant_id == Membership.tenant_id) & (Organization.id == Membership.organization_id),
        )
        .where(Organization.path >= low, Organization.path < high, Membership.until.is_(None))
        .where(Membership.status.in_(("normal", "restored")))
        .order_by(Person.sort_name, Person.id)
    )
    return list(await session.scalars(query))


async def present_at(session: AsyncSession, activity_id: uuid.UUID) -> set[uuid.UUID]:
    """Who of ours was there."""
    return set(await session.scalars(select(Present.person_id).where(Present.activity_id == activity_id)))


async def confirm(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    activity_id: uuid.UUID,
    people: Collection[uuid.UUID],
    *,
    agreed: Agreed | None = None,
) -> Activity:
    """Writes who of ours was there (and `agreed`, what happened) and confirms our words; settled once all sides confirm the same.

    Raises `NotFound`, `Forbidden`, `Conflict`, `InvalidInput` before the day, or for somebody who is not of ours.
    """
    if agreed is not None:
        await change(platform, session, who, activity_id, agreed)
    activity = await _to_write(session, who, activity_id, CONFIRM)
    _refuse_early(activity, who.today)
    await _write_roll(session, activity, people)
    activity.recorded_on = activity.recorded_on or who.today
    activity.confirmed_digest, activity.confirmed_at = agreed_of(activity).digest, instant_of(session)
    activity.confirmed_by = who.actor.name if who.actor else who.tenant.name
    await keep(platform, session, who, activity, "confirmed", ["confirmed_at", "people"])
    await settle_if_agreed(session, who, activity)
    return activity


async def close_one_sided(
    platform: Platform, session: AsyncSession, who: Scope, activity_id: uuid.UUID, reason: str
) -> Activity:
    """Closes our record without the other side, with the reason; it counts at home, and the other side may still confirm it.

    Raises `NotFound`, `Forbidden`, `Conflict` before we have confirmed it ourselves, `InvalidInput` without a reason.
    """
    activity = await _to_write(session, who, activity_id, CONFIRM)
    if activity.confirmed_digest is None:
        said = Words("请先确认本单位的记录，再单方办结。", "Confirm our own record first, then close it.")
        raise Conflict("not_confirmed", said)
    if activity.state == "one_sided":
        raise Conflict("activity_closed", Words("已经单方办结。", "It has been closed already."))
    words = " ".join(reason.split())
    if not 0 < len(words) <= LONGEST_REASON:
        said = Words(
            f"请写明理由，不超过{LONGEST_REASON}个字。", f"Give the reason in at most {LONGEST_REASON} characters."
        )
        raise InvalidInput("reason", said, field="reason")
    activity.reason = words
    await close(session, who, activity, "one_sided")
    await keep(platform, session, who, activity, "one_sided", ["state", "reason"])
    return activity


async def _to_write(session: AsyncSession, who: Scope, activity_id: uuid.UUID, action: str) -> Activity:
    activity, place = await activity_of(session, who, activity_id, locked=True)
    require(who, action, place.path)
    refuse_over(activity)
    return activity


async def _write_roll(session: AsyncSession, activity: Activity, people: Collection[uuid.UUID]) -> None:
    place = (await session.scalars(select(Organization).where(Organization.id == activity.organization_id))).one()
    chosen = list(dict.fromkeys(people))
    known = {one.id for one in await members_of(session, place)}
    if set(chosen) - known:
        said = Words("名单中有人不是本组织的党员。", "Somebody on the list is no member of the organization.")
        raise InvalidInput("people", said, field="people")
    await session.execute(delete(Present).where(Present.activity_id == activity.id))
    rows = [{"id": new_id(), "activity_id": activity.id, "person_id": one, "mark": "present"} for one in chosen]
    await insert_rows(session, cast("Table", Present.__table__), rows)
    activity.people = len(chosen)


def _refuse_early(activity: Activity, today: dt.date) -> None:
    if activity.held_on > today:
        said = Words(
            f"活动定在{activity.held_on}，还没有举行，不能确认。",
            f"It is to be held on {activity.held_on}: it cannot be confirmed before.",
        )
        raise InvalidInput("held_on", said, field="held_on")
