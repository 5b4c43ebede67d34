"""The panel on home: tasks that are due soon or overdue, for who does them and for those who write the plan."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import WRITE_PLAN
from zhibu_partnership.plan.reading import TaskHere, is_own, tasks_of

SOON = dt.timedelta(days=14)
ON_HOME = 5


async def due_tasks(session: AsyncSession, scope: Scope, _subject: uuid.UUID) -> Mapping[str, Any] | None:
    """Open tasks that end within two weeks or should have ended; None where there are none (one statement)."""
    found = [task for task, _, _ in await due_for(session, scope)]
    return {"tasks": found[:ON_HOME]} if found else None


async def due_for(session: AsyncSession, who: Scope) -> list[TaskHere]:
    """The open tasks that are due soon or overdue, of the asker or where the asker writes plans (one statement)."""
    found = await tasks_of(session, who, state="open", due_by=who.today + SOON)
    return [one for one in found if is_own(who, one[0]) or who.may(WRITE_PLAN, one[2].path)]
