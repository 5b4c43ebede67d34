"""One task of ours: what, until when, by whom; done with what did it, given up with a reason, taken up again."""

import uuid
from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import OWN_TASK, WRITE_PLAN
from zhibu_partnership.drafts import KINDS
from zhibu_partnership.entries import entries_of
from zhibu_partnership.joint.reading import OVER, activities_of
from zhibu_partnership.models import Activity, Entry, Task
from zhibu_partnership.pages.places import key_in
from zhibu_partnership.pages.plan_words import state_of
from zhibu_partnership.pages.space import SPACES
from zhibu_partnership.plan.reading import TaskHere, is_own, names_of, task_of
from zhibu_partnership.plan.tasks import Deed, drop_task, finish_task, reopen_task
from zhibu_web.components import Fact, Link, Option
from zhibu_web.forms import day_in, refusal
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.render import reader

HERE = "/partnership/tasks/{task_id:uuid}"
CHOICES = 100
TYPED = ("done_on", "note", "activity", "entry", "reason")


@get(HERE, opt={"action": OWN_TASK})
async def task_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    task_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The task, for those who read the plan and for who does it."""
    return await _shown(request, who, platform, session, task_id)


@post(HERE, opt={"action": OWN_TASK})
async def task_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    task_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Notes that it is done, gives it up (`act=drop`), or takes it up again (`act=reopen`)."""
    form = await request.form()
    typed = {name: str(form.get(name, "") or "").strip() for name in TYPED}
    try:
        if form.get("act") == "drop":
            await drop_task(platform, session, who, task_id, typed["reason"])
        elif form.get("act") == "reopen":
            await reopen_task(platform, session, who, task_id)
        else:
            await finish_task(platform, session, who, task_id, _deed(form, typed))
    except InvalidInput as error:
        return await _shown(request, who, platform, session, task_id, typed, error)
    return Redirect(f"{prefix_of(request)}/partnership/tasks/{task_id}", status_code=303)


def _deed(form: Any, typed: Mapping[str, str]) -> Deed:
    chosen = {name: key_in(form, name) if typed[name] else None for name in ("activity", "entry")}
    return Deed(day_in(typed["done_on"], "done_on"), typed["note"], chosen["activity"], chosen["entry"])


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    task_id: uuid.UUID,
    typed: Mapping[str, str] | None = None,
    error: InvalidInput | None = None,
) -> Response[str]:
    here = await task_of(session, who, task_id)
    task, plan, place = here
    locale, prefix = locale_of_request(request), prefix_of(request)
    activities, entries = await _choices(session, who, here, locale)
    may_write = who.may(WRITE_PLAN, place.path)
    context = {
        "task": task,
        "place": place,
        "state": state_of(task.state, task.due_on, who),
        "facts": _facts(task, (await names_of(session, [here])).get(task.person_id), await _did(session, task)),
        "typed": typed or dict.fromkeys(TYPED, "") | {"done_on": who.today.isoformat()},
        "activities": [Option("", _L("None of these", "choice")), *activities],
        "entries": [Option("", _L("None of these", "choice")), *entries],
        "may_finish": task.state == "open" and (may_write or is_own(who, task)),
        "may_write": may_write,
        "here": f"{prefix}/partnership/tasks/{task.id}",
        "crumbs": (_above(who, prefix, plan), Link(task.title)),
        **refusal(error, "done_on"),
    }
    status = 422 if error else 200
    return page(request, who, platform, "partnership/task.html", context, door="together", status=status)


def _above(who: Scope, prefix: str, plan: Any) -> Link:
    """The plan, for those who may read it; home for who only does the task."""
    if who.may("partnership.plan.read"):
        return Link(_L("Plan of the year"), f"{prefix}{SPACES}/{plan.space_id}/plan/{plan.year}")
    return Link(_L("Home", "crumb"), f"{prefix}/")


def _facts(task: Task, name: str | None, did: tuple[str | None, str | None]) -> list[Fact]:
    found = [
        Fact(_L("Who does it"), name or _L("nobody by name")),
        Fact(_L("Due", "task"), task.due_on.isoformat()),
    ]
    lines = (
        (_L("Done on"), task.done_on.isoformat() if task.done_on else None),
        (_L("What came of it", "task"), task.note),
        (_L("Joint activity"), did[0]),
        (_L("Offer or need"), did[1]),
        (_L("Why"), task.reason),
    )
    return [*found, *(Fact(label, value) for label, value in lines if value)]


async def _did(session: AsyncSession, task: Task) -> tuple[str | None, str | None]:
    """What did it, by title: the joint activity, and the offer or need (two statements at most)."""
    activity = select(Activity.title).where(Activity.id == task.activity_id)
    entry = select(Entry.title).where(Entry.id == task.entry_id)
    return (
        await session.scalar(activity) if task.activity_id else None,
        await session.scalar(entry) if task.entry_id else None,
    )


async def _choices(session: AsyncSession, who: Scope, here: TaskHere, locale: str) -> tuple[list[Option], list[Option]]:
    """What may have done it: activities of the partnership, and our offers and needs (two statements)."""
    words = reader(locale)
    activities = [
        Option(str(one.id), words.pgettext("list", ", ").join((one.title, one.held_on.isoformat())))
        for one, _ in await activities_of(session, who, space_id=here[1].space_id, limit=CHOICES)
        if one.state not in OVER
    ]
    entries = [
        Option(str(one.id), words.pgettext("before an explanation", ": ").join((KINDS[one.kind].of(locale), one.title)))
        for one, _ in await entries_of(session, who, limit=CHOICES)
    ]
    return activities, entries
