"""The yearly review of a partnership: results beside what was agreed, each with the records that it is counted from."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.copies import copies_of, read_copies
from zhibu_core.spaces.models import SpaceCopy
from zhibu_core.spaces.reading import Agreement, whole_of
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.joint.facts import COUNTED
from zhibu_partnership.joint.reading import Here, activities_of, series_of
from zhibu_partnership.joint.sharing import KIND
from zhibu_partnership.models import Entry, Plan
from zhibu_partnership.plan.goals import plans_said
from zhibu_partnership.plan.keeping import years_of
from zhibu_partnership.plan.outcome import Outcome, outcomes_of
from zhibu_partnership.plan.reading import TaskHere, TheirTask, names_of, plan_for, tasks_of, their_tasks
from zhibu_partnership.plan.words import Goals, goals_in, wrong

MOST_RECORDS = 1_000


@dataclass(frozen=True)
class Resource:
    """An offer that was used or a need that was met: ours with its row, another side's with its words only."""

    kind: str
    title: str
    party_name: str
    entry: Entry | None = None


@dataclass(frozen=True)
class Review:
    """One partnership in one year; `past` are its other years. `said` are the goals of the other sides, by tenant."""

    whole: Agreement
    year: int
    outcome: Outcome
    past: Sequence[Outcome]
    plan: Plan | None
    said: Mapping[uuid.UUID, Goals]
    activities: Sequence[Here]
    came: Mapping[uuid.UUID, int]
    tasks: Sequence[TaskHere]
    names: Mapping[uuid.UUID | None, str]
    their_tasks: Sequence[TheirTask]
    resources: Sequence[Resource]

    def slug_of(self, party: uuid.UUID) -> str:
        """The name in addresses of another side's tenant."""
        return next((one.slug for one in self.whole.parties if one.party == party), "")

    def party_name(self, party: uuid.UUID) -> str:
        """The name of another side's tenant."""
        return next((one.tenant_name for one in self.whole.parties if one.party == party), "")


async def review_of(session: AsyncSession, who: Scope, space_id: uuid.UUID, year: int) -> Review:
    """The year of a partnership, of which it stays readable what is ours when the agreement is over.

    That somebody read what the other sides say is noted. Raises `NotFound`, and `InvalidInput` for a year outside the term.
    """
    whole = await whole_of(session, who, space_id)
    if year not in years_of(whole.space):
        raise wrong("year", f"协议期限不包括{year}年。", f"The agreement's term does not touch {year}.")
    outcomes = await outcomes_of(session, who, space_id=space_id)
    own = next((one for one in outcomes if one.year == year), None)
    plan = await plan_for(session, who, space_id, year)
    said = await plans_said(session, who, space_id, year)
    tasks = await tasks_of(session, who, plan_id=plan[0].id, limit=MOST_RECORDS) if plan else []
    theirs = await their_tasks(session, who, space_id=space_id, year=year)
    activities = [
        one
        for one in await activities_of(session, who, space_id=space_id, limit=MOST_RECORDS)
        if one[0].held_on.year == year and one[0].state in COUNTED
    ]
    copies = await copies_of(session, who, space_id=space_id, kind=KIND, limit=MOST_RECORDS)
    await read_copies(session, who, [*said.values(), *(one.copy for one in theirs)])
    return Review(
        whole=whole,
        year=year,
        outcome=own or Outcome(space_id, whole.space.title, _partners(whole), year),
        past=[one for one in outcomes if one.year != year],
        plan=plan[0] if plan else None,
        said={party: goals_in(copy.record) for party, copy in said.items()},
        activities=activities,
        came=_came(copies),
        tasks=tasks,
        names=await names_of(session, tasks),
        their_tasks=theirs,
        resources=[*await _ours(session, who, tasks), *_theirs(theirs)],
    )


def is_in_reach(whole: Agreement, year: int, today: dt.date) -> bool:
    """Whether something can be planned for the year now."""
    space = whole.space
    return space.state == "in_force" and space.starts_on <= today <= space.ends_on and year in years_of(space)


def _partners(whole: Agreement) -> tuple[str, ...]:
    return tuple(sorted({one.tenant_name for one in whole.parties if not one.is_own}))


def _came(copies: Sequence[SpaceCopy]) -> dict[uuid.UUID, int]:
    """How many of theirs came, by the activity's series."""
    found: dict[uuid.UUID, int] = {}
    for copy in copies:
        if copy.record.get("people") is not None:
            found[series_of(copy)] = found.get(series_of(copy), 0) + int(copy.record["people"])
    return found


async def _ours(session: AsyncSession, who: Scope, tasks: Sequence[TaskHere]) -> list[Resource]:
    """Our offers that were used and needs that were met (one statement)."""
    keys = {task.entry_id for task, _, _ in tasks if task.state == "done" and task.entry_id is not None}
    rows = await session.scalars(select(Entry).where(Entry.id.in_(keys)).order_by(Entry.kind, Entry.id))
    return [Resource(one.kind, one.title, who.tenant.name, one) for one in rows]


def _theirs(tasks: Sequence[TheirTask]) -> list[Resource]:
    found = {
        (one.party, one.entry): Resource(one.meets, one.entry_title, one.party_name)
        for one in tasks
        if one.state == "done" and one.meets
    }
    return list(found.values())
