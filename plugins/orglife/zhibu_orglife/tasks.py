"""Closes what was agreed in a meeting; the meeting's fact follows."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Conflict, InvalidInput, NotFound
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.access import meeting_for
from zhibu_orglife.actions import RECORD
from zhibu_orglife.facts import activity_fact, held, supersede
from zhibu_orglife.keeping import closed_in_time, tasks_of_version
from zhibu_orglife.models import Task


async def close_task(
    session: AsyncSession, scope: Scope, task_id: uuid.UUID, *, closed_on: dt.date | None = None
) -> Task:
    """Keeps that a task was done on a day (today by default).

    Raises `InvalidInput` (field closed_on) for a day to come or before the meeting, `Conflict` where the record was
    replaced or withdrawn, `NotFound`, `Forbidden`.
    """
    task = (await session.scalars(select(Task).where(Task.id == task_id))).one_or_none()
    if task is None:
        raise NotFound(
            "not_found",
            Words("没有找到这件交办事项。请核对后重试。", "There is no such task. Check it and try again."),
            field="task",
        )
    meeting, _ = await meeting_for(session, scope, task.meeting_id, RECORD)
    day = closed_on or scope.today
    if day > scope.today:
        raise InvalidInput(
            "date_future", Words("办结日期不能晚于今天。", "A task cannot be closed after today."), field="closed_on"
        )
    if day < meeting.held_on:
        raise InvalidInput(
            "time_reversed",
            Words("办结日期早于开会日期。请核对。", "The day of closing is before the day of the meeting. Check it."),
            field="closed_on",
        )
    if meeting.state in ("replaced", "withdrawn"):
        raise Conflict(
            "not_latest",
            Words(
                "这条记录已被更正或撤回。请打开最新的一版。",
                "This record was corrected or withdrawn. Open the latest version.",
            ),
            field="task",
        )
    task.closed_on = day
    await session.flush()
    await note(session, scope, RECORD, "task", task.id, fields=["closed_on"])
    in_time = sum(closed_in_time(one.due_on, one.closed_on) for one in await tasks_of_version(session, meeting.id))
    if in_time != meeting.tasks_closed:
        meeting.tasks_closed = in_time
        await session.flush()
        if meeting.state == "approved":
            facts = [activity_fact(held(meeting))]
            await supersede(session, meeting.id, facts, note="task closed", written_by=scope.person())
    return task
