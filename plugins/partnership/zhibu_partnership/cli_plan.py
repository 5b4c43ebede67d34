"""`zhibu partnership plan|agree|task|tasks|finish|drop|reopen|review|outcome`: the year of a partnership by hand."""

import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import click
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.cli import JSON, TENANT, day_of, in_plugin, partnership, written

SPACE = click.argument("space_id", metavar="SPACE", type=click.UUID)
YEAR = click.argument("year", type=int)
TASK = click.argument("task", type=click.UUID)


@partnership.command()
@TENANT
@SPACE
@YEAR
@click.option("--aim", default="", help="What the year is for, in at most 600 characters.")
@click.option("--held", type=int, default=0, help="Activities to hold.")
@click.option("--people", type=int, default=0, help="People who come, each time counted.")
@click.option("--needs", type=int, default=0, help="Needs to meet.")
@click.option("--offers", type=int, default=0, help="Resources to use.")
def plan(slug: str, space_id: uuid.UUID, year: int, **goals: Any) -> None:
    """Say for our side what a year is for; agreed once all sides say the same. Prints the id of our plan.

    Exit codes: 0 said; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.plan.goals import set_goals
    from zhibu_partnership.plan.words import Goals

    async def work(running: Platform, session: AsyncSession, scope: Scope) -> uuid.UUID:
        return (await set_goals(running, session, scope, space_id, year, Goals(**goals))).id

    click.echo(in_plugin(slug, work))


@partnership.command()
@TENANT
@SPACE
@YEAR
@click.option("--side", default="", help="The side's tenant, by its slug, where several sides say something.")
def agree(slug: str, space_id: uuid.UUID, year: int, side: str) -> None:
    """Say what another side says a year is for, whereby we agree to it. Prints the id of our plan.

    Exit codes: 0 agreed; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.plan.goals import take_over

    async def work(running: Platform, session: AsyncSession, scope: Scope) -> uuid.UUID:
        return (await take_over(running, session, scope, space_id, year, side=side)).id

    click.echo(in_plugin(slug, work))


@partnership.command()
@TENANT
@click.argument("plan_id", metavar="PLAN", type=click.UUID)
@click.option("--title", required=True, help="What is to be done, in at most 60 characters.")
@click.option("--due", required=True, metavar="DATE", help="Until when, within the agreement's term.")
@click.option("--person", required=True, help="Who of ours does it: number or name.")
def task(slug: str, plan_id: uuid.UUID, title: str, due: str, person: str) -> None:
    """Add a task to our side of a plan; prints its id.

    Exit codes: 0 added; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_core.identity.persons import find_person
    from zhibu_partnership.plan.tasks import TaskDraft, add_task

    day = day_of(due, "due_on")

    async def work(running: Platform, session: AsyncSession, scope: Scope) -> uuid.UUID:
        draft = TaskDraft(title, day, (await find_person(session, person)).id)
        return (await add_task(running, session, scope, plan_id, draft)).id

    click.echo(in_plugin(slug, work))


@partnership.command()
@TENANT
@click.option("--overdue", is_flag=True, help="Only those that should have been done.")
@JSON
def tasks(slug: str, overdue: bool, as_json: bool) -> None:
    """List our tasks by the day on which they are due.

    Exit codes: 0 listed; 2 unknown tenant, or the plugin is off; 64 wrong usage.
    """
    from zhibu_partnership.plan.reading import is_overdue, tasks_of

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> list[dict[str, Any]]:
        found = await tasks_of(session, scope, limit=1000)
        return [
            {"id": one.id, "plan": plan.id, "year": plan.year, "due_on": one.due_on, "state": one.state, "title": one.title,
             "done_on": one.done_on, "organization": place.name, "note": one.note}
            for one, plan, place in found
            if not overdue or is_overdue(one.state, one.due_on, scope.today)
        ]  # fmt: skip

    for line in in_plugin(slug, work):
        click.echo(written(line, as_json, ("id", "state", "due_on", "title", "organization")))


@partnership.command()
@TENANT
@TASK
@click.option("--on", "day", required=True, metavar="DATE", help="The day on which it was done.")
@click.option("--note", default="", help="What came of it.")
@click.option("--activity", type=click.UUID, help="The joint activity that did it.")
@click.option("--entry", type=click.UUID, help="The offer that was used, or the need that was met.")
def finish(
    slug: str, task: uuid.UUID, day: str, note: str, activity: uuid.UUID | None, entry: uuid.UUID | None
) -> None:
    """Note that a task of ours is done; prints its state.

    Exit codes: 0 done; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.plan.tasks import Deed, finish_task

    deed = Deed(day_of(day, "done_on"), note, activity, entry)
    _changed(slug, lambda running, session, scope: finish_task(running, session, scope, task, deed))


@partnership.command()
@TENANT
@TASK
@click.option("--reason", required=True, help="Why; it stays here.")
def drop(slug: str, task: uuid.UUID, reason: str) -> None:
    """Give an open task of ours up; prints its state.

    Exit codes: 0 given up; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.plan.tasks import drop_task

    _changed(slug, lambda running, session, scope: drop_task(running, session, scope, task, reason))


@partnership.command()
@TENANT
@TASK
def reopen(slug: str, task: uuid.UUID) -> None:
    """Take a closed task of ours up again; prints its state.

    Exit codes: 0 open again; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.plan.tasks import reopen_task

    _changed(slug, lambda running, session, scope: reopen_task(running, session, scope, task))


@partnership.command()
@TENANT
@SPACE
@YEAR
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write the review as PDF to this file.")
@JSON
def review(slug: str, space_id: uuid.UUID, year: int, pdf: Path | None, as_json: bool) -> None:
    """Show the results of a year beside what was agreed: result, goal, all sides, ours, theirs.

    Exit codes: 0 shown; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.plan.review import review_of

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> tuple[list[dict[str, Any]], bytes | None]:
        found = await review_of(session, scope, space_id, year)
        paper = await _paper(session, scope, found) if pdf else None
        return [
            {"result": one.key, "goal": one.goal, "total": one.total, "ours": one.ours, "theirs": one.theirs}
            for one in found.outcome.figures
        ], paper

    lines, paper = in_plugin(slug, work)
    for line in lines:
        click.echo(written(line, as_json, ("result", "goal", "total", "ours", "theirs")))
    if pdf and paper:
        pdf.write_bytes(paper)


@partnership.command()
@TENANT
@JSON
def outcome(slug: str, as_json: bool) -> None:
    """List what came of each partnership, year by year: activities held, confirmed by both sides, people of ours, and more.

    Exit codes: 0 listed; 2 unknown tenant, or the plugin is off; 64 wrong usage.
    """
    from zhibu_partnership.plan.outcome import Outcome, outcomes_of

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> list[Outcome]:
        return await outcomes_of(session, scope)

    columns = ("title", "year", "partners", "held", "together", "people", "needs", "offers", "tasks_done", "tasks")
    for one in in_plugin(slug, work):
        line = {
            name: getattr(one, name) for name in ("space_id", "title", "year", "partners", "held", "together", "people")
        }
        line |= {"their_people": one.their_people, "tasks": one.tasks.tasks, "tasks_done": one.tasks.done}
        line |= {"overdue": one.tasks.overdue, "needs": one.tasks.needs, "offers": one.tasks.offers}
        line["goals"] = one.goals.values() if one.goals else None
        click.echo(written(line, as_json, columns))


async def _paper(session: AsyncSession, scope: Scope, found: Any) -> bytes:
    from zhibu_core.i18n import CHINESE
    from zhibu_core.tenancy.session import instant_of
    from zhibu_partnership.pages.paper import paper_of
    from zhibu_web.printing import pdf_of

    return await pdf_of(paper_of(found, scope, CHINESE, instant_of(session)), CHINESE)


def _changed(slug: str, change: Callable[[Platform, AsyncSession, Scope], Awaitable[Any]]) -> None:
    async def work(running: Platform, session: AsyncSession, scope: Scope) -> str:
        state: str = (await change(running, session, scope)).state
        return state

    click.echo(in_plugin(slug, work))
