"""What ends cases without anybody's doing: their day, or the end of the agreement; each side says it for itself."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note as audit
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.cases.models import SpaceCase, SpaceCaseStep
from zhibu_core.spaces.cases.protocol import ENDED, LAPSED, by_itself
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of

CASE, OBJECT = "space.case", "space_case"
"""What the audit and events call a case; an event is named after the state, as `space.case.lapsed`."""
DAY = dt.timedelta(days=1)


async def lapse_cases(session: AsyncSession, who: Scope) -> int:
    """Closes what was not answered in time; how many. The other side's calendar says the same there."""
    query = select(SpaceCase).where(SpaceCase.is_open, SpaceCase.lapses_on < who.today).order_by(SpaceCase.id)
    cases = list(await session.scalars(query.with_for_update()))
    for case in cases:
        await _close(session, who, case, LAPSED, (case.lapses_on or who.today) + DAY, "")
    return len(cases)


async def end_cases(session: AsyncSession, who: Scope, space_id: uuid.UUID, reason: str) -> int:
    """Closes every open case of an agreement that is over, with the word why; how many."""
    query = select(SpaceCase).where(SpaceCase.is_open, SpaceCase.space_id == space_id).order_by(SpaceCase.id)
    cases = list(await session.scalars(query.with_for_update()))
    for case in cases:
        await _close(session, who, case, ENDED, who.today, reason)
    return len(cases)


async def _close(session: AsyncSession, who: Scope, case: SpaceCase, name: str, on: dt.date, reason: str) -> None:
    at = instant_of(session)
    step = SpaceCaseStep(
        id=by_itself(case.id, case.tip_id, name), case_id=case.id, parent_id=case.tip_id, name=name, side=None, by_name="",
        by_person=None, happened_on=on, at=at, note=reason,
    )  # fmt: skip
    session.add(step)
    case.state, case.is_open, case.due_on, case.lapses_on = name, False, None, None
    case.tip_id, case.changed_at = step.id, at
    await session.flush()
    await audit(session, who, CASE, OBJECT, case.id, purpose=reason or None)
    await publish(session, f"{CASE}.{name}", OBJECT, case.id)
