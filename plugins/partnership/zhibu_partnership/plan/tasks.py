"""Tasks of a plan, each side's own: given to a person of ours until a day, done with what did it, dropped with a reason."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note as audit
from zhibu_core.errors import NotFound
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.models import Space
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import OWN_TASK, WRITE_PLAN, require
from zhibu_partnership.entries import entry_of
from zhibu_partnership.joint.inviting import LONGEST_REASON
from zhibu_partnership.joint.keeping import own_party
from zhibu_partnership.joint.reading import OVER
from zhibu_partnership.joint.recording import members_of
from zhibu_partnership.models import Activity, Plan, Task
from zhibu_partnership.plan.keeping import over, refuse_outside, tell, terms_for
from zhibu_partnership.plan.reading import TaskHere, is_own, plan_of, task_of
from zhibu_partnership.plan.sharing import TASK_KIND
from zhibu_partnership.plan.words import wrong

RECORD_TYPE = "partnership_task"
LONGEST_TITLE, LONGEST_NOTE = 60, 600


@dataclass(frozen=True)
class TaskDraft:
    """A task as somebody writes it down; `person_id` is who of ours does it."""

    title: str
    due_on: dt.date
    person_id: uuid.UUID | None


@dataclass(frozen=True)
class Deed:
    """That a task is done: when, what came of it, and what did it: a joint activity, an offer that was used, a need that was met."""

    done_on: dt.date
    note: str = ""
    activity_id: uuid.UUID | None = None
    entry_id: uuid.UUID | None = None


async def add_task(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    plan_id: uuid.UUID,
    draft: TaskDraft,
    *,
    organization: str = "",
) -> Task:
    """Adds a task to our side of a plan. Raises `NotFound`, `Forbidden`, `Conflict` where the agreement does not hold today,
    `InvalidInput` naming the field that is wrong.
    """
    plan, place = await plan_of(session, who, plan_id)
    if organization:
        place = await own_party(session, plan.space_id, organization)
    require(who, WRITE_PLAN, place.path)
    found = await _checked(session, who, plan, place, draft)
    by = who.actor.person_id if who.actor else None
    task = Task(
        id=new_id(), plan_id=plan.id, organization_id=place.id, state="open", done_on=None, note="", reason="",
        activity_id=None, entry_id=None, written_by=by, **vars(found),
    )  # fmt: skip
    session.add(task)
    await _keep(platform, session, who, (task, plan, place), "added", list(vars(found)))
    return task


async def change_task(
    platform: Platform, session: AsyncSession, who: Scope, task_id: uuid.UUID, draft: TaskDraft
) -> Task:
    """Changes what an open task is, until when, or who does it. Raises as `add_task`, and `Conflict` for one that is closed."""
    here = await _to_write(session, who, task_id)
    task, plan, place = here
    if task.state != "open":
        raise over("任务已经办结。请先恢复，再修改。", "The task is closed. Take it up again first.")
    found = await _checked(session, who, plan, place, draft)
    changed = [one.name for one in fields(found) if getattr(task, one.name) != getattr(found, one.name)]
    for name in changed:
        setattr(task, name, getattr(found, name))
    if changed:
        await _keep(platform, session, who, here, "changed", changed)
    return task


async def finish_task(platform: Platform, session: AsyncSession, who: Scope, task_id: uuid.UUID, deed: Deed) -> Task:
    """Notes that a task is done; who does it may say so too. Raises `NotFound`, `Forbidden`, `Conflict`, `InvalidInput` by field."""
    here = await _to_write(session, who, task_id, by_owner=True)
    task, plan, _ = here
    if task.state != "open":
        raise over("任务已经办结。", "The task is closed already.")
    said = deed.note.strip()
    if len(said) > LONGEST_NOTE:
        raise wrong("note", f"不能超过{LONGEST_NOTE}个字。", f"At most {LONGEST_NOTE} characters.")
    await _refuse_day(session, who, plan, deed.done_on)
    await _refuse_links(session, who, plan, deed)
    task.state, task.done_on, task.note = "done", deed.done_on, said
    task.activity_id, task.entry_id = deed.activity_id, deed.entry_id
    await _keep(platform, session, who, here, "done", ["state", "done_on", "note", "activity_id", "entry_id"])
    return task


async def drop_task(platform: Platform, session: AsyncSession, who: Scope, task_id: uuid.UUID, reason: str) -> Task:
    """Gives an open task up, with the reason, which stays here. Raises as `change_task`."""
    here = await _to_write(session, who, task_id)
    said = " ".join(reason.split())
    if here[0].state != "open":
        raise over("任务已经办结。", "The task is closed already.")
    if not 0 < len(said) <= LONGEST_REASON:
        raise wrong(
            "reason",
            f"请写明理由，不超过{LONGEST_REASON}个字。",
            f"Give the reason in at most {LONGEST_REASON} characters.",
        )
    here[0].state, here[0].reason = "dropped", said
    await _keep(platform, session, who, here, "dropped", ["state", "reason"])
    return here[0]


async def reopen_task(platform: Platform, session: AsyncSession, who: Scope, task_id: uuid.UUID) -> Task:
    """Takes a closed task up again: it counts no more until it is done anew. Raises `NotFound`, `Forbidden`, `Conflict`."""
    here = await _to_write(session, who, task_id)
    task = here[0]
    if task.state == "open":
        raise over("任务正在办理。", "The task is open.")
    task.state, task.done_on, task.note, task.reason = "open", None, "", ""
    task.activity_id = task.entry_id = None
    await _keep(platform, session, who, here, "reopened", ["state"])
    return task


async def tell_task(platform: Platform, session: AsyncSession, who: Scope, task_id: uuid.UUID) -> bool:
    """Sends a task to the other sides as it is now: the answer to `keeping.WAITS`."""
    query = select(Task, Plan, Organization).join(
        Plan, (Plan.tenant_id == Task.tenant_id) & (Plan.id == Task.plan_id)
    ).join(
        Organization, (Organization.tenant_id == Task.tenant_id) & (Organization.id == Task.organization_id)
    )  # fmt: skip
    found = (await session.execute(query.where(Task.id == task_id))).one_or_none()
    if found is None:
        return False
    return await tell(platform, session, who, found[1].space_id, TASK_KIND, task_id, found[2].path)


async def _keep(
    platform: Platform, session: AsyncSession, who: Scope, here: TaskHere, topic: str, named: Sequence[str]
) -> None:
    task, plan, place = here
    await session.flush()
    await audit(session, who, WRITE_PLAN, RECORD_TYPE, task.id, fields=list(named))
    await publish(session, f"partnership.task.{topic}", RECORD_TYPE, task.id)
    await tell(platform, session, who, plan.space_id, TASK_KIND, task.id, place.path)


async def _to_write(session: AsyncSession, who: Scope, task_id: uuid.UUID, *, by_owner: bool = False) -> TaskHere:
    found = await task_of(session, who, task_id, locked=True)
    if by_owner and is_own(who, found[0]) and who.may(OWN_TASK):
        return found
    require(who, WRITE_PLAN, found[2].path)
    return found


async def _checked(session: AsyncSession, who: Scope, plan: Plan, place: Organization, draft: TaskDraft) -> TaskDraft:
    terms = await terms_for(session, who, plan.space_id, plan.year)
    title = " ".join(draft.title.split())
    if not 0 < len(title) <= LONGEST_TITLE:
        raise wrong(
            "title",
            f"请填写任务名称，不超过{LONGEST_TITLE}个字。",
            f"Say in at most {LONGEST_TITLE} characters what is to be done.",
        )
    refuse_outside(terms, plan.year, draft.due_on)
    if draft.person_id is None:
        raise wrong("person", "请选择负责人。", "Choose who of ours does it.")
    if draft.person_id not in {one.id for one in await members_of(session, place)}:
        raise wrong(
            "person",
            f"负责人不是“{place.name}”的党员。请从本组织选择。",
            f"The person is no member of “{place.name}”. Choose somebody of that organization.",
        )
    return TaskDraft(title, draft.due_on, draft.person_id)


async def _refuse_day(session: AsyncSession, who: Scope, plan: Plan, day: dt.date) -> None:
    if day > who.today:
        raise wrong("done_on", f"{day}还没有到。", f"{day} is still to come.")
    space = (await session.scalars(select(Space).where(Space.id == plan.space_id))).one()
    if not space.starts_on <= day <= space.ends_on:
        raise wrong(
            "done_on",
            f"{day}不在协议期限{space.starts_on}至{space.ends_on}之内。",
            f"{day} is not within the agreement's term, {space.starts_on} to {space.ends_on}.",
        )


async def _refuse_links(session: AsyncSession, who: Scope, plan: Plan, deed: Deed) -> None:
    if deed.activity_id is not None:
        query = select(Activity.id).where(
            Activity.id == deed.activity_id, Activity.space_id == plan.space_id, Activity.state.not_in(OVER)
        )
        if await session.scalar(query) is None:
            raise wrong(
                "activity",
                "这次活动不属于这项共建，或已取消。",
                "That activity is not of this partnership, or was called off.",
            )
    if deed.entry_id is not None:
        try:
            await entry_of(session, who, deed.entry_id)
        except NotFound:
            raise wrong(
                "entry", "没有找到本单位的这项资源或需求。", "There is no such offer or need of ours."
            ) from None
