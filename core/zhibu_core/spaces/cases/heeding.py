"""What a tenant does with the other side's record of a case: takes over the steps that it did not know, and sees where it stands."""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.cases.keeping import add_step, write_standing
from zhibu_core.spaces.cases.models import SpaceCase, SpaceCaseStep
from zhibu_core.spaces.cases.protocol import Protocol, Step
from zhibu_core.spaces.cases.reading import standing_of
from zhibu_core.spaces.cases.sharing import sent_steps
from zhibu_core.spaces.messages import Letter, not_after
from zhibu_core.spaces.models import SpaceParty
from zhibu_core.spaces.outcomes import Refused, Sender
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of


async def heed_case(session: AsyncSession, who: Scope, sender: Sender, protocol: Protocol, letter: Letter) -> None:
    """Joins the sender's steps with what is known here; raises `Refused` for a case that is not as both sides know it.

    Each letter has all steps of its sender, so an older one that comes later, or a second time, changes nothing.
    """
    case_id, days, steps = _read(letter.payload["record"], sender)
    case: SpaceCase | None = await session.scalar(select(SpaceCase).where(SpaceCase.id == case_id).with_for_update())
    if case is None:
        case = await _opened(session, sender, protocol, letter, case_id, days, steps)
    elif not _same(case, sender, letter, days):
        raise Refused("damaged")
    before = await standing_of(session, protocol, case)
    known = {one.id for one in before.steps}
    await _add(session, case, [one for one in steps if one.id not in known])
    standing = await standing_of(session, protocol, case)
    if standing.steps != before.steps:
        await write_standing(session, who, case, standing)


def _same(case: SpaceCase, sender: Sender, letter: Letter, days: tuple[dt.date, dt.date, dt.date]) -> bool:
    """Whether the letter is of this case as it is known here; its opener alone says the days, once."""
    if (case.space_id, case.kind, case.party) != (letter.space_id, letter.kind, sender.tenant):
        return False
    return case.is_own or days == (case.answer_by, case.starts_on, case.until_on)


async def _add(session: AsyncSession, case: SpaceCase, steps: list[Step]) -> None:
    there = select(SpaceCaseStep.id).where(SpaceCaseStep.id.in_([one.id for one in steps]))
    known = set(await session.scalars(there))
    for one in steps:
        if one.id not in known:
            add_step(session, case, replace(one, at=not_after(instant_of(session), one.at)), None)
    await session.flush()


async def _opened(
    session: AsyncSession, sender: Sender, protocol: Protocol, letter: Letter, case_id: uuid.UUID,
    days: tuple[dt.date, dt.date, dt.date], steps: list[Step],
) -> SpaceCase:  # fmt: skip
    """A case that the sender opened; what it says is about somebody of theirs."""
    if not any(one.parent is None and one.name == protocol.opening.name for one in steps) or days[2] < days[1]:
        raise Refused("case_unknown")
    places = select(SpaceParty.organization_id).where(
        SpaceParty.space_id == letter.space_id, SpaceParty.is_own, SpaceParty.organization_id.is_not(None)
    )
    place = await session.scalar(places.order_by(SpaceParty.code).limit(1))
    if place is None:
        raise Refused("party_unknown")
    case = SpaceCase(
        id=case_id, space_id=letter.space_id, kind=letter.kind, is_own=False, party=sender.tenant, organization_id=place,
        person_id=None, answer_by=days[0], starts_on=days[1], until_on=days[2], state="", is_open=True, due_on=None,
        lapses_on=None, tip_id=None, opened_at=instant_of(session), changed_at=instant_of(session),
    )  # fmt: skip
    session.add(case)
    await session.flush()
    return case


def _read(record: dict[str, Any], sender: Sender) -> tuple[uuid.UUID, tuple[dt.date, dt.date, dt.date], list[Step]]:
    try:
        case_id = uuid.UUID(str(record["case"]))
        named = (record["answer_by"], record["starts_on"], record["until_on"])
        answer_by, starts_on, until_on = (dt.date.fromisoformat(one) for one in named)
        return case_id, (answer_by, starts_on, until_on), sent_steps(record["steps"], sender.tenant)
    except (KeyError, TypeError, ValueError, msgspec.MsgspecError):
        raise Refused("damaged") from None
