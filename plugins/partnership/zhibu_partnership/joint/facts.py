"""The facts of a joint activity, each side's by its own tenant: held, of which kinds, who was there; said once in the ledger."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.facts import FactDraft, end_facts, write_facts
from zhibu_core.ledger.models import Fact, FactEnd
from zhibu_core.tenancy.scope import BEIJING
from zhibu_partnership.models import Activity, Present

SOURCE = "partnership"
RECORD_TYPE = "partnership_activity"
HELD, ATTENDANCE, TOGETHER = "activity", "attendance", "co_building"
COUNTED = ("settled", "one_sided")
AGAIN = frozenset({"meeting.approved", "meeting.corrected", "meeting.withdrawn", "import.written"})
"""After these another record may say the same as ours, or may no longer."""


async def write_facts_of(session: AsyncSession, activity: Activity, *, written_by: uuid.UUID | None) -> None:
    """Writes the facts, unless another record of the same organization says for that day that it was co-building."""
    activity.home_record_id = await session.scalar(_elsewhere(activity.organization_id, activity.held_on))
    await session.flush()
    if activity.home_record_id is not None:
        return
    people = list(await session.scalars(select(Present).where(Present.activity_id == activity.id)))
    await write_facts(session, facts_of(activity, people), source=SOURCE, written_by=written_by)


def facts_of(activity: Activity, people: Sequence[Present], zone: ZoneInfo = BEIJING) -> list[FactDraft]:
    """That it was held (`until_on`: when it was recorded), co-building and every other kind, and each person's attendance."""
    kinds = [TOGETHER, *activity.kinds]
    clock = dt.time.fromisoformat(activity.starts_at) if activity.starts_at else None
    started = dt.datetime.combine(activity.held_on, clock, zone).astimezone(dt.UTC) if clock else None

    def fact(kind: str, person: uuid.UUID | None = None, mark: str | None = None, **more: object) -> FactDraft:
        return FactDraft(
            kind, activity.organization_id, activity.held_on, RECORD_TYPE, activity.id, "recorded", person, started,
            mark=mark, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    detail = {"kinds": kinds, "tasks": 0, "tasks_closed": 0, "closed": activity.state}
    held = fact(HELD, until_on=activity.recorded_on, detail=detail)
    return [held, *map(fact, kinds), *(fact(ATTENDANCE, one.person_id, one.mark) for one in people)]


async def say_once(session: AsyncSession) -> None:
    """After other records came or went: ours yields to one that says the same, and speaks again when that is gone."""
    elsewhere = _elsewhere(Activity.organization_id, Activity.held_on).correlate(Activity).scalar_subquery()
    query = select(Activity, elsewhere).where(
        Activity.state.in_(COUNTED), Activity.home_record_id.is_distinct_from(elsewhere)
    )
    for activity, record in (await session.execute(query)).all():
        if activity.home_record_id is None:
            note = "the same day is recorded elsewhere"
            await end_facts(session, [activity.id], "superseded", note=note, ended_by=None)
        activity.home_record_id = record
        await session.flush()
        if record is None:
            await write_facts_of(session, activity, written_by=None)


def _elsewhere(organization: Any, day: Any) -> Select[uuid.UUID]:
    """The record of another source that says of an organization and a day that it was co-building, and is in force."""
    ended = select(FactEnd.id).where(FactEnd.tenant_id == Fact.tenant_id, FactEnd.fact_id == Fact.id)
    return (
        select(Fact.record_id)
        .where(
            Fact.organization_id == organization,
            Fact.kind == TOGETHER,
            Fact.happened_on == day,
            Fact.source != SOURCE,
            ~ended.exists(),
        )
        .order_by(Fact.id)
        .limit(1)
    )
