"""Plans and tasks as they are read here: ours as rows, the other sides' as copies while the agreement holds."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import not_found
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.spaces.copies import copies_of
from zhibu_core.spaces.models import SpaceCopy, SpaceParty
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import READ_PLAN, reach
from zhibu_partnership.models import Plan, Task
from zhibu_partnership.plan.sharing import TASK_KIND

MOST_COPIES = 1_000
PlanHere = tuple[Plan, Organization]
TaskHere = tuple[Task, Plan, Organization]


@dataclass(frozen=True)
class TheirTask:
    """A task of another side, as its copy says it; `person` only where the agreement names it."""

    party: uuid.UUID
    party_name: str
    organization: str
    title: str
    due_on: dt.date | None
    state: str
    done_on: dt.date | None
    note: str
    meets: str
    entry: str
    entry_title: str
    person: str
    copy: SpaceCopy


async def plan_of(session: AsyncSession, who: Scope, plan_id: uuid.UUID) -> PlanHere:
    """One of our plans; raises `NotFound` for any that the asker may not read."""
    return _found_plan((await session.execute(_plans(who).where(Plan.id == plan_id))).one_or_none(), str(plan_id))


async def plan_for(session: AsyncSession, who: Scope, space_id: uuid.UUID, year: int) -> PlanHere | None:
    """Our plan of a year, if there is one that the asker may read (one statement)."""
    query = _plans(who).where(Plan.space_id == space_id, Plan.year == year)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _found_plan(row, "")


async def plans_of(session: AsyncSession, who: Scope, *, space_id: uuid.UUID | None = None) -> list[Plan]:
    """Our plans that the asker may read, the newest year first (one statement)."""
    query = _plans(who).order_by(Plan.year.desc(), Plan.id)
    query = query if space_id is None else query.where(Plan.space_id == space_id)
    return [plan for plan, _ in await session.execute(query)]


async def task_of(session: AsyncSession, who: Scope, task_id: uuid.UUID, *, locked: bool = False) -> TaskHere:
    """One of our tasks; raises `NotFound` for any that the asker may not read and does not do."""
    query = _tasks(_visible(who)).where(Task.id == task_id)
    found = (await session.execute(query.with_for_update(of=Task) if locked else query)).one_or_none()
    if found is None:
        raise not_found(Words("共建任务", "task"), str(task_id))
    return found[0], found[1], found[2]


async def tasks_of(
    session: AsyncSession,
    who: Scope,
    *,
    plan_id: uuid.UUID | None = None,
    ids: Sequence[uuid.UUID] | None = None,
    state: str = "",
    due_by: dt.date | None = None,
    limit: int = 200,
) -> list[TaskHere]:
    """Our tasks that the asker may read, by the day on which they are due (one statement)."""
    query = _tasks(_visible(who)).order_by(Task.due_on, Task.id).limit(limit)
    for column, value in ((Task.plan_id, plan_id), (Task.state, state or None)):
        query = query if value is None else query.where(column == value)
    if ids is not None:
        query = query.where(Task.id.in_(list(ids)))
    if due_by is not None:
        query = query.where(Task.due_on <= due_by)
    return [(task, plan, place) for task, plan, place in await session.execute(query)]


async def names_of(session: AsyncSession, tasks: Sequence[TaskHere]) -> Mapping[uuid.UUID | None, str]:
    """Who does these tasks, by person (one statement)."""
    people = {task.person_id for task, _, _ in tasks if task.person_id is not None}
    rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
    return dict(rows.all())


async def their_tasks(
    session: AsyncSession, who: Scope, *, space_id: uuid.UUID | None = None, year: int | None = None
) -> list[TheirTask]:
    """What the other sides do, by the day on which it is due, as long as the agreement holds (two statements)."""
    copies = await copies_of(session, who, space_id=space_id, kind=TASK_KIND, limit=MOST_COPIES)
    kept = [one for one in copies if year is None or one.record.get("year") == year]
    query = select(SpaceParty.party, SpaceParty.tenant_name).where(SpaceParty.is_own.is_(False))
    names: dict[uuid.UUID, str] = dict((await session.execute(query.distinct())).all())
    found = [_theirs(one, names.get(one.owner_tenant, "")) for one in kept]
    return sorted(found, key=lambda one: (one.due_on or dt.date.max, one.title, one.copy.id))


def is_own(who: Scope, task: Task) -> bool:
    """Whether the asker is the person who does it."""
    return who.actor is not None and task.person_id == who.actor.person_id


def is_overdue(state: str, due_on: dt.date | None, today: dt.date) -> bool:
    """Whether a task should have been done before today."""
    return state == "open" and due_on is not None and due_on < today


def readable(who: Scope) -> ColumnElement[bool]:
    """Plans and tasks of organizations at which the asker may read them; `Organization` is in the statement."""
    return in_subtrees(Organization.path, reach(who, READ_PLAN))


def _visible(who: Scope) -> ColumnElement[bool]:
    mine = false() if who.actor is None else Task.person_id == who.actor.person_id
    return or_(readable(who), mine)


def _plans(who: Scope) -> Select[Plan, Organization]:
    here = and_(Organization.tenant_id == Plan.tenant_id, Organization.id == Plan.organization_id)
    return select(Plan, Organization).join(Organization, here).where(readable(who))


def _tasks(condition: ColumnElement[bool]) -> Select[Task, Plan, Organization]:
    return (
        select(Task, Plan, Organization)
        .join(Plan, and_(Plan.tenant_id == Task.tenant_id, Plan.id == Task.plan_id))
        .join(Organization, and_(Organization.tenant_id == Task.tenant_id, Organization.id == Task.organization_id))
        .where(condition)
    )


def _found_plan(row: Any, named: str) -> PlanHere:
    if row is None:
        raise not_found(Words("年度计划", "plan of a year"), named)
    return row[0], row[1]


def _theirs(copy: SpaceCopy, name: str) -> TheirTask:
    given = copy.record

    def day(key: str) -> dt.date | None:
        value = given.get(key)
        return dt.date.fromisoformat(value) if value else None

    texts = {
        key: str(given.get(key) or "") for key in ("organization", "title", "state", "note", "meets", "entry_title")
    }
    return TheirTask(
        party=copy.owner_tenant, party_name=name, due_on=day("due_on"), done_on=day("done_on"), person=str(given.get("person") or ""),
        entry=str(given.get("entry") or copy.subject), copy=copy, **texts,
    )  # fmt: skip
