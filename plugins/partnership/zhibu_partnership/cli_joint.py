"""`zhibu partnership invite|invitations|answer|activities|confirm|close`: joint activities by hand."""

import uuid
from typing import Any

import click
from sqlalchemy.ext.asyncio import AsyncSession

import zhibu_partnership.cli_attachment
import zhibu_partnership.cli_plan  # noqa: F401 the commands of both are of the same group
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.cli import JSON, TENANT, day_of, in_plugin, partnership, written
from zhibu_partnership.joint.words import KINDS

SPACE = click.argument("space_id", metavar="SPACE", type=click.UUID)
ACTIVITY = click.argument("activity", type=click.UUID)


@partnership.command()
@TENANT
@SPACE
@click.option("--title", required=True, help="In at most 60 characters.")
@click.option("--day", required=True, metavar="DATE", help="The day, within the agreement's term.")
@click.option("--place", default="", help="Where.")
@click.option("--starts-at", default="", metavar="CLOCK", help="Like 14:30.")
@click.option("--ends-at", default="", metavar="CLOCK", help="Like 16:00.")
@click.option(
    "--kind", "kinds", type=click.Choice(list(KINDS)), multiple=True, help="Besides co-building; again for more."
)
@click.option("--summary", default="", help="What was done, and what came of it.")
def invite(slug: str, space_id: uuid.UUID, day: str, **words: Any) -> None:
    """Invite the other sides of an agreement to something held together; prints the id of our record.

    Exit codes: 0 invited; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.joint.inviting import invite as invite_others
    from zhibu_partnership.joint.words import Agreed

    agreed = Agreed(held_on=day_of(day, "day"), **words)

    async def work(running: Platform, session: AsyncSession, scope: Scope) -> uuid.UUID:
        return (await invite_others(running, session, scope, space_id, agreed)).id

    click.echo(in_plugin(slug, work))


@partnership.command()
@TENANT
@JSON
def invitations(slug: str, as_json: bool) -> None:
    """List invitations of other sides that wait for an answer.

    Exit codes: 0 listed; 2 unknown tenant, or the plugin is off; 64 wrong usage.
    """
    from zhibu_partnership.joint.reading import Invitation, invitations_for

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> list[Invitation]:
        return await invitations_for(session, scope)

    for one in in_plugin(slug, work):
        line = {"agreement": one.copy.space_id, "series": one.series, "from": one.from_name, **one.said.values()}
        click.echo(written(line, as_json, ("agreement", "series", "from", "title", "held_on", "place")))


@partnership.command()
@TENANT
@SPACE
@click.argument("series", type=click.UUID)
@click.option(
    "--decline", "reason", default="", metavar="REASON", help="Decline it, for this reason, which stays here."
)
def answer(slug: str, space_id: uuid.UUID, series: uuid.UUID, reason: str) -> None:
    """Accept an invitation, or decline it; prints the id of our record.

    Exit codes: 0 answered; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.joint.inviting import accept, decline

    async def work(running: Platform, session: AsyncSession, scope: Scope) -> uuid.UUID:
        if reason:
            return (await decline(running, session, scope, space_id, series, reason)).id
        return (await accept(running, session, scope, space_id, series)).id

    click.echo(in_plugin(slug, work))


@partnership.command()
@TENANT
@JSON
def activities(slug: str, as_json: bool) -> None:
    """List our records of joint activities, the latest first, and in which fields another side says otherwise.

    Exit codes: 0 listed; 2 unknown tenant, or the plugin is off; 64 wrong usage.
    """
    from zhibu_partnership.joint.reading import Joint, activities_of, joints_of

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> list[Joint]:
        return await joints_of(session, scope, await activities_of(session, scope, limit=1000))

    for joint in in_plugin(slug, work):
        differ = [f"{side.name}：{one.title.zh}" for side, fields in joint.differences for one in fields]
        line = {"id": joint.activity.id, "state": joint.activity.state, "people": joint.activity.people}
        line |= {**joint.ours.values(), "differs": differ}
        click.echo(written(line, as_json, ("id", "state", "held_on", "title", "people", "differs")))


@partnership.command()
@TENANT
@ACTIVITY
@click.option("--person", "people", multiple=True, help="Who of ours was there: number or name; again for each.")
def confirm(slug: str, activity: uuid.UUID, people: tuple[str, ...]) -> None:
    """Write who of ours was there and confirm our record; prints its state: settled once all sides confirmed the same.

    Exit codes: 0 confirmed; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_core.identity.persons import find_person
    from zhibu_partnership.joint.recording import confirm as confirm_record

    async def work(running: Platform, session: AsyncSession, scope: Scope) -> str:
        named = [(await find_person(session, one)).id for one in people]
        return (await confirm_record(running, session, scope, activity, named)).state

    click.echo(in_plugin(slug, work))


@partnership.command()
@TENANT
@ACTIVITY
@click.option("--reason", required=True, help="Why; it stays with the record.")
@click.option("--cancel", "calls_off", is_flag=True, help="Call it off instead.")
def close(slug: str, activity: uuid.UUID, reason: str, calls_off: bool) -> None:
    """Close our record without the other side, which may still confirm it; or call the activity off. Prints the state.

    Exit codes: 0 done; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.joint.inviting import cancel
    from zhibu_partnership.joint.recording import close_one_sided

    async def work(running: Platform, session: AsyncSession, scope: Scope) -> str:
        end = cancel if calls_off else close_one_sided
        return (await end(running, session, scope, activity, reason)).state

    click.echo(in_plugin(slug, work))
