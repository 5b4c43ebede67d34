"""A task as one types it: what, until when, by whom of ours; added to a plan, or changed."""

import uuid
from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.i18n import _L
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import WRITE_PLAN, require
from zhibu_partnership.joint.recording import members_of
from zhibu_partnership.pages.places import key_in
from zhibu_partnership.pages.space import SPACES
from zhibu_partnership.plan.reading import plan_for, task_of
from zhibu_partnership.plan.tasks import TaskDraft, add_task, change_task
from zhibu_web.components import Link, Option
from zhibu_web.forms import day_in, refusal
from zhibu_web.framing import AnyRequest, page, prefix_of

NEW = SPACES + "/{space_id:uuid}/plan/{year:int}/task"
CHANGE = "/partnership/tasks/{task_id:uuid}/change"
Values = Mapping[str, str]
EMPTY: Values = {"title": "", "due_on": "", "person": ""}


@get(NEW, opt={"action": WRITE_PLAN})
async def task_new(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    year: FromPath[int],
) -> Response[str]:
    """The empty form."""
    return await _new(request, who, platform, session, space_id, year, EMPTY)


@post(NEW, opt={"action": WRITE_PLAN})
async def task_added(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    year: FromPath[int],
) -> Response[Any]:
    """Adds it; what is wrong is shown beside what was typed."""
    form = await request.form()
    plan = await _plan(session, who, space_id, year)
    try:
        await add_task(platform, session, who, plan[0].id, _draft(form))
    except InvalidInput as error:
        return await _new(request, who, platform, session, space_id, year, _typed(form), error)
    return Redirect(f"{prefix_of(request)}{SPACES}/{space_id}/plan/{year}", status_code=303)


@get(CHANGE, opt={"action": WRITE_PLAN})
async def task_to_change(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    task_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The form with what the task says."""
    task, _, _ = await task_of(session, who, task_id)
    person = task.person_id.hex if task.person_id else ""
    values = {"title": task.title, "due_on": task.due_on.isoformat(), "person": person}
    return await _change(request, who, platform, session, task_id, values)


@post(CHANGE, opt={"action": WRITE_PLAN})
async def task_changed(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    task_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Changes it."""
    form = await request.form()
    try:
        await change_task(platform, session, who, task_id, _draft(form))
    except InvalidInput as error:
        return await _change(request, who, platform, session, task_id, _typed(form), error)
    return Redirect(f"{prefix_of(request)}/partnership/tasks/{task_id}", status_code=303)


def _typed(form: Any) -> Values:
    return {name: str(form.get(name, "") or "").strip() for name in EMPTY}


def _draft(form: Any) -> TaskDraft:
    typed = _typed(form)
    person = key_in(form, "person") if typed["person"] else None
    return TaskDraft(typed["title"], day_in(typed["due_on"], "due_on"), person)


async def _plan(session: AsyncSession, who: Scope, space_id: uuid.UUID, year: int) -> Any:
    found = await plan_for(session, who, space_id, year)
    if found is None:
        raise not_found(Words("年度计划", "plan of a year"), str(year))
    return found


async def _new(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    space_id: uuid.UUID,
    year: int,
    typed: Values,
    error: InvalidInput | None = None,
) -> Response[str]:
    _, place = await _plan(session, who, space_id, year)
    plan = f"{prefix_of(request)}{SPACES}/{space_id}/plan/{year}"
    return await _shown(
        request, who, platform, session, place, f"{plan}/task", Link(_L("Plan of the year"), plan), typed, error
    )


async def _change(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    task_id: uuid.UUID,
    typed: Values,
    error: InvalidInput | None = None,
) -> Response[str]:
    task, _, place = await task_of(session, who, task_id)
    here = f"{prefix_of(request)}/partnership/tasks/{task_id}"
    return await _shown(request, who, platform, session, place, f"{here}/change", Link(task.title, here), typed, error)


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    place: Organization,
    action: str,
    above: Link,
    typed: Values,
    error: InvalidInput | None,
) -> Response[str]:
    require(who, WRITE_PLAN, place.path)
    title = _L("New task") if action.endswith("/task") else _L("Change the task")
    context = {
        "title": title,
        "place": place,
        "typed": typed,
        "people": [
            Option("", _L("Choose", "person")),
            *(Option(one.id.hex, one.name) for one in await members_of(session, place)),
        ],
        "action": action,
        "crumbs": (above, Link(title)),
        **refusal(error, "title"),
    }
    status = 422 if error else 200
    return page(request, who, platform, "partnership/task_form.html", context, door="together", status=status)
