"""What came of partnerships, year by year, from the records that count, beside what was agreed: never a ranking, only one's own past."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Integer, and_, cast, extract, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.spaces.copies import copies_of
from zhibu_core.spaces.models import Space, SpaceParty
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.joint.facts import COUNTED
from zhibu_partnership.joint.reading import MOST_COPIES, series_of
from zhibu_partnership.joint.reading import readable as activity_readable
from zhibu_partnership.joint.sharing import KIND
from zhibu_partnership.models import Activity, Entry, Plan, Task
from zhibu_partnership.plan.reading import plans_of, readable
from zhibu_partnership.plan.sharing import TASK_KIND
from zhibu_partnership.plan.tally import Counted, Figure, Tally, tally
from zhibu_partnership.plan.words import NUMBERS, Goals, goals_in

Key = tuple[uuid.UUID, int]
"""A partnership and a year."""


@dataclass(frozen=True)
class Outcome:
    """A partnership in a year: `held` activities that count, `together` of them confirmed by both sides, `people` of ours there.

    `their_people` and `their_tally` are what the other sides say, None where nothing of theirs can be read. `goals` are
    those agreed by all sides, `plan_id` is our plan.
    """

    space_id: uuid.UUID
    title: str
    partners: tuple[str, ...]
    year: int
    held: int = 0
    together: int = 0
    people: int = 0
    their_people: int | None = None
    tally: Tally = field(default_factory=Tally)
    their_tally: Tally | None = None
    goals: Goals | None = None
    plan_id: uuid.UUID | None = None

    @property
    def figures(self) -> list[Figure]:
        """The results beside the goals; activities are the same ones on both sides."""
        ours = {"held": self.held, "people": self.people, "needs": self.tally.needs, "offers": self.tally.offers}
        theirs = {"people": self.their_people}
        if self.their_tally is not None:
            theirs |= {"needs": self.their_tally.needs, "offers": self.their_tally.offers}
        return [Figure(key, ours[key], theirs.get(key), getattr(self.goals, key, 0)) for key in NUMBERS]

    def figure(self, key: str) -> Figure:
        """The result of this name."""
        return next(one for one in self.figures if one.key == key)

    @property
    def tasks(self) -> Tally:
        """What the tasks of both sides came to."""
        return self.tally if self.their_tally is None else self.tally + self.their_tally


async def outcomes_of(session: AsyncSession, who: Scope, *, space_id: uuid.UUID | None = None) -> list[Outcome]:
    """By partnership, its years from the newest; of the records that the asker may read (eight statements)."""
    held = await _held(session, who, space_id)
    ours = await _our_tasks(session, who, space_id)
    plans = {(one.space_id, one.year): one for one in await plans_of(session, who, space_id=space_id)}
    people = await _their_people(session, who, space_id)
    theirs = await _their_tasks(session, who, space_id)
    keys = held.keys() | ours.keys() | plans.keys() | theirs.keys()
    titles, partners = await _named(session, {space for space, _ in keys})
    found = [
        Outcome(
            space, titles[space], partners.get(space, ()), year, *held.get((space, year), (0, 0, 0)),
            their_people=people.get((space, year)), tally=tally(ours.get((space, year), ()), who.today),
            their_tally=tally(theirs[space, year], who.today) if (space, year) in theirs else None,
            goals=_agreed(plans.get((space, year))), plan_id=plans[space, year].id if (space, year) in plans else None,
        )
        for space, year in keys
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.title, one.space_id, -one.year))


def _agreed(plan: Plan | None) -> Goals | None:
    return goals_in(plan.agreed) if plan is not None and plan.agreed is not None else None


async def _held(session: AsyncSession, who: Scope, space_id: uuid.UUID | None) -> dict[Key, tuple[int, int, int]]:
    year = cast(extract("year", Activity.held_on), Integer)
    here = (Organization.tenant_id == Activity.tenant_id) & (Organization.id == Activity.organization_id)
    query = (
        select(
            Activity.space_id,
            year.label("year"),
            func.count().label("held"),
            func.count().filter(Activity.state == "settled").label("together"),
            func.sum(Activity.people).label("people"),
        )
        .join(Organization, here)
        .where(Activity.state.in_(COUNTED), activity_readable(who))
        .group_by(Activity.space_id, year)
    )
    rows: Any = await session.execute(query if space_id is None else query.where(Activity.space_id == space_id))
    return {(row.space_id, row.year): (row.held, row.together, int(row.people)) for row in rows}


async def _our_tasks(session: AsyncSession, who: Scope, space_id: uuid.UUID | None) -> dict[Key, list[Counted]]:
    query = (
        select(Plan.space_id, Plan.year, Task.state, Task.due_on, Entry.kind, Task.entry_id)
        .join(Plan, and_(Plan.tenant_id == Task.tenant_id, Plan.id == Task.plan_id))
        .join(Organization, and_(Organization.tenant_id == Task.tenant_id, Organization.id == Task.organization_id))
        .outerjoin(Entry, and_(Entry.tenant_id == Task.tenant_id, Entry.id == Task.entry_id))
        .where(readable(who))
    )
    rows = await session.execute(query if space_id is None else query.where(Plan.space_id == space_id))
    return _gathered(
        ((space, year), Counted(state, due_on, kind or "", entry)) for space, year, state, due_on, kind, entry in rows
    )


async def _their_tasks(session: AsyncSession, who: Scope, space_id: uuid.UUID | None) -> dict[Key, list[Counted]]:
    copies = await copies_of(session, who, space_id=space_id, kind=TASK_KIND, limit=MOST_COPIES)

    def counted(record: dict[str, Any], party: uuid.UUID) -> Counted:
        due = record.get("due_on")
        day = dt.date.fromisoformat(due) if due else None
        return Counted(str(record.get("state")), day, str(record.get("meets") or ""), (party, record.get("entry")))

    return _gathered(
        ((one.space_id, one.record["year"]), counted(one.record, one.owner_tenant))
        for one in copies
        if isinstance(one.record.get("year"), int)
    )


async def _their_people(session: AsyncSession, who: Scope, space_id: uuid.UUID | None) -> dict[Key, int]:
    """How many of theirs came, of activities that count here, as their copies say (two statements)."""
    copies = await copies_of(session, who, space_id=space_id, kind=KIND, limit=MOST_COPIES)
    said = [
        (one.space_id, series_of(one), one.record["people"]) for one in copies if one.record.get("people") is not None
    ]
    query = select(Activity.space_id, Activity.series, Activity.held_on).where(
        Activity.state.in_(COUNTED), Activity.series.in_({series for _, series, _ in said})
    )
    years = {(space, series): day.year for space, series, day in await session.execute(query)}
    found: dict[Key, int] = defaultdict(int)
    for space, series, people in said:
        if (space, series) in years:
            found[space, years[space, series]] += people
    return found


async def _named(
    session: AsyncSession, spaces: set[uuid.UUID]
) -> tuple[dict[uuid.UUID, str], dict[uuid.UUID, tuple[str, ...]]]:
    """What these partnerships are called, and the tenants of the other sides (two statements)."""
    titles: dict[uuid.UUID, str] = dict(
        (await session.execute(select(Space.id, Space.title).where(Space.id.in_(spaces)))).all()
    )
    query = select(SpaceParty.space_id, SpaceParty.tenant_name).where(
        SpaceParty.space_id.in_(spaces), SpaceParty.is_own.is_(False)
    )
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for space, name in await session.execute(query.distinct().order_by(SpaceParty.tenant_name)):
        found[space] = (*found.get(space, ()), name)
    return titles, found


def _gathered(pairs: Iterable[tuple[Key, Counted]]) -> dict[Key, list[Counted]]:
    found: dict[Key, list[Counted]] = defaultdict(list)
    for key, one in pairs:
        found[key].append(one)
    return found


@dataclass(frozen=True)
class YearOfAll:
    """All partnerships of the tenant in a year, added up; `their_people` None where nothing of the other sides can be read."""

    year: int
    partnerships: int
    held: int
    together: int
    people: int
    their_people: int | None
    tasks: Tally


def by_year(outcomes: Iterable[Outcome]) -> list[YearOfAll]:
    """The board of the whole tenant: its years from the newest."""
    years: dict[int, list[Outcome]] = defaultdict(list)
    for one in outcomes:
        years[one.year].append(one)
    return [_added(year, years[year]) for year in sorted(years, reverse=True)]


def _added(year: int, found: Sequence[Outcome]) -> YearOfAll:
    said = [one.their_people for one in found if one.their_people is not None]
    return YearOfAll(
        year,
        len({one.space_id for one in found}),
        sum(one.held for one in found),
        sum(one.together for one in found),
        sum(one.people for one in found),
        sum(said) if said else None,
        sum((one.tasks for one in found), Tally()),
    )
