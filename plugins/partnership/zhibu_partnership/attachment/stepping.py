"""The further steps of a second attachment, each by the side whose it is: accepted, refused, withdrawn, hosted, returned, undone."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.spaces.cases.keeping import case_locked, take, undo
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.spaces.cases.reading import standing_of
from zhibu_core.spaces.powers import own_paths
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import HOST_ATTACHMENT, OFFER_ATTACHMENT, require
from zhibu_partnership.attachment.effects import attachment_of, settle
from zhibu_partnership.attachment.models import new_attachment
from zhibu_partnership.attachment.moves import ACCEPTED, HOSTED, LENDING, REFUSED, RETURNED, WITHDRAWN
from zhibu_partnership.attachment.reading import case_of

LONGEST_NAME: Final = 60


async def accept(
    platform: Platform, session: AsyncSession, who: Scope, case_id: uuid.UUID, *, contact: str, reach: str = "", organization: str = ""
) -> SpaceCase:  # fmt: skip
    """The host takes the guest in, at this branch of its own (code; none: the party's), with whom to ask there.

    Raises `NotFound`, `Forbidden`, `Conflict` where it cannot be accepted now or is the own offer, `InvalidInput` naming the field.
    """
    case = await _held(session, who, case_id, HOST_ATTACHMENT)
    if not case.is_own:
        place = await _host_branch(session, case, organization)
        require(who, HOST_ATTACHMENT, place.path)
        case.organization_id = place.id
        added = await attachment_of(session, case.id) or new_attachment(case.id)
        added.contact, added.reach = _named(contact, "contact"), _named(reach, "reach", needed=False)
        session.add(added)
    await take(platform, session, who, case, ACCEPTED)
    return case


async def refuse(platform: Platform, session: AsyncSession, who: Scope, case_id: uuid.UUID, reason: str) -> SpaceCase:
    """The host does not take the guest in, or no longer; the other side reads the reason. Raises as `accept`."""
    return await _step(platform, session, who, case_id, HOST_ATTACHMENT, REFUSED, note=_named(reason, "note", most=200))


async def withdraw(platform: Platform, session: AsyncSession, who: Scope, case_id: uuid.UUID, reason: str) -> SpaceCase:
    """Home takes its offer back before the guest has come; the other side reads the reason. Raises as `accept`."""
    return await _step(
        platform, session, who, case_id, OFFER_ATTACHMENT, WITHDRAWN, note=_named(reason, "note", most=200)
    )


async def receive(
    platform: Platform, session: AsyncSession, who: Scope, case_id: uuid.UUID, on: dt.date | None = None
) -> SpaceCase:
    """The guest has come to the host branch on that day (today). Raises as `accept`."""
    case = await _held(session, who, case_id, HOST_ATTACHMENT)
    day = on or who.today
    last = min(who.today, case.until_on)
    if not case.starts_on <= day <= last:
        raise _outside("on", day, case.starts_on, last)
    await take(platform, session, who, case, HOSTED, on=day)
    return case


async def give_back(
    platform: Platform, session: AsyncSession, who: Scope, case_id: uuid.UUID, on: dt.date | None = None, note: str = ""
) -> SpaceCase:
    """The guest is home again since that day (today), as either side says. Raises as `accept`."""
    case = await _held(session, who, case_id, OFFER_ATTACHMENT, HOST_ATTACHMENT)
    day = on or who.today
    since = (await standing_of(session, LENDING, case)).day_of(HOSTED)
    if since is not None and not since <= day <= who.today:
        raise _outside("on", day, since, who.today)
    await take(platform, session, who, case, RETURNED, on=day, note=note)
    await settle(session, who, case)
    return case


async def take_back(platform: Platform, session: AsyncSession, who: Scope, case_id: uuid.UUID) -> SpaceCase:
    """Undoes this side's last step, within three days and while nothing follows it. Raises `NotFound`, `Forbidden`, `Conflict`."""
    case = await _held(session, who, case_id, OFFER_ATTACHMENT, HOST_ATTACHMENT)
    await undo(platform, session, who, case)
    await settle(session, who, case)
    return case


async def _step(
    platform: Platform, session: AsyncSession, who: Scope, case_id: uuid.UUID, action: str, name: str, *, note: str
) -> SpaceCase:
    case = await _held(session, who, case_id, action)
    await take(platform, session, who, case, name, note=note)
    return case


async def _held(session: AsyncSession, who: Scope, case_id: uuid.UUID, *actions: str) -> SpaceCase:
    """The case, locked, for somebody who holds at its place the action of the side that we are (one action: that one)."""
    here = await case_of(session, who, case_id)
    action = actions[0] if len(actions) == 1 or here.case.is_own else actions[1]
    require(who, action, here.place.path)
    return await case_locked(session, case_id)


async def _host_branch(session: AsyncSession, case: SpaceCase, code: str) -> Organization:
    asked = Organization.code == code if code else Organization.id == case.organization_id
    place = await session.scalar(select(Organization).where(asked))
    parties = await own_paths(session, case.space_id)
    if place is None or not any(place.path.startswith(path) for path in parties):
        raise _wrong(
            "organization", "接收支部要是协议方，或在协议方之下。", "The host branch must be a party, or below one."
        )
    if place.abolished_on is not None:
        raise _wrong(
            "organization",
            f"“{place.name}”已于{place.abolished_on}撤销，不能接收。",
            f"“{place.name}” was abolished on {place.abolished_on} and can host nobody.",
        )
    return place


def _named(text: str, field: str, *, needed: bool = True, most: int = LONGEST_NAME) -> str:
    said = " ".join(text.split())
    if len(said) > most or (needed and not said):
        raise _wrong(field, f"请填写，不超过{most}个字。", f"Fill this in, with at most {most} characters.")
    return said


def _outside(field: str, day: dt.date, first: dt.date, last: dt.date) -> InvalidInput:
    return _wrong(field, f"{day}不在{first}至{last}之间。", f"{day} is not between {first} and {last}.")


def _wrong(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(f"attachment_{field}", Words(zh, en), field=field)
