"""`zhibu partnership attach|attachments|attachment|guest|contact`: second attachments by hand."""

import datetime as dt
import json
import uuid

import click
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.attachment.moves import MARKS, WAYS
from zhibu_partnership.cli import JSON, TENANT, day_of, in_plugin, partnership

CASE = click.argument("case", type=click.UUID)
STEPS = ("accept", "refuse", "withdraw", "receive", "return", "undo")
COLUMNS = ("id", "direction", "state", "name", "other", "from", "until", "due")


@partnership.command()
@TENANT
@click.argument("space_id", metavar="SPACE", type=click.UUID)
@click.option("--person", required=True, help="Whom: number or name.")
@click.option("--from", "starts_on", required=True, metavar="DATE", help="The first day.")
@click.option("--until", "until_on", required=True, metavar="DATE", help="The last day, within the agreement's term.")
@click.option("--reason", required=True, help="Why the member is away; the host reads it.")
@click.option("--answer-by", metavar="DATE", help="Until when the host may answer; 15 days from now unless said.")
@click.option(
    "--to", default="", metavar="SLUG", help="The host's tenant, where the agreement has several other sides."
)
def attach(slug: str, space_id: uuid.UUID, person: str, reason: str, to: str, **days: str | None) -> None:
    """Offer a member to the other side for second attachment; prints the case's id.

    Exit codes: 0 offered; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_core.identity.persons import find_person
    from zhibu_partnership.attachment.offering import Offer, offer

    given = {name: day_of(day, name) for name, day in days.items()}

    async def work(running: Platform, session: AsyncSession, scope: Scope) -> uuid.UUID:
        whom = (await find_person(session, person)).id
        return (await offer(running, session, scope, space_id, Offer(whom, reason=reason, to=to, **given))).id

    click.echo(in_plugin(slug, work))


@partnership.command()
@TENANT
@click.option("--open", "only_open", is_flag=True, help="Only those that have not come to an end.")
@JSON
def attachments(slug: str, only_open: bool, as_json: bool) -> None:
    """List second attachments in both directions: id, direction, state, name, other side, from, until, due.

    Exit codes: 0 listed; 2 unknown tenant, or the plugin is off; 64 wrong usage.
    """
    from zhibu_partnership.attachment.reading import Here, attachments_of

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> list[Here]:
        return await attachments_of(session, scope, is_open=True if only_open else None, limit=10_000)

    for one in in_plugin(slug, work):
        case = one.case
        said = (
            case.id,
            "out" if case.is_own else "in",
            case.state,
            one.name,
            one.other,
            case.starts_on,
            case.until_on,
            case.due_on,
        )
        line = dict(zip(COLUMNS, said, strict=True))
        shown = "\t".join("-" if value in (None, "") else str(value) for value in line.values())
        click.echo(json.dumps(line, ensure_ascii=False, default=str) if as_json else shown)


@partnership.command()
@TENANT
@CASE
@click.argument("step", type=click.Choice(STEPS))
@click.option("--contact", default="", help="With accept: whom to ask at the host branch.")
@click.option("--reach", default="", help="With accept: how to reach them.")
@click.option("--org", default="", help="With accept: the host branch's code; the party itself unless said.")
@click.option("--day", metavar="DATE", help="With receive and return: the day; today unless said.")
@click.option("--reason", default="", help="With refuse, withdraw and return: why; the other side reads it.")
def attachment(slug: str, case: uuid.UUID, step: str, day: str | None, **given: str) -> None:
    """Take a step in a second attachment for this tenant; prints where it stands.

    Exit codes: 0 taken; 2 refused, nothing was written; 64 wrong usage.
    """
    on = day_of(day, "day")

    async def work(running: Platform, session: AsyncSession, scope: Scope) -> str:
        return await _stepped(running, session, scope, case, step, on, given)

    click.echo(in_plugin(slug, work))


async def _stepped(
    running: Platform, session: AsyncSession, scope: Scope, case: uuid.UUID, step: str, on: dt.date | None, given: dict[str, str]
) -> str:  # fmt: skip
    from zhibu_partnership.attachment import stepping

    match step:
        case "accept":
            done = await stepping.accept(
                running, session, scope, case, contact=given["contact"], reach=given["reach"], organization=given["org"]
            )
        case "refuse":
            done = await stepping.refuse(running, session, scope, case, given["reason"])
        case "withdraw":
            done = await stepping.withdraw(running, session, scope, case, given["reason"])
        case "receive":
            done = await stepping.receive(running, session, scope, case, on)
        case "return":
            done = await stepping.give_back(running, session, scope, case, on, given["reason"])
        case _:
            done = await stepping.take_back(running, session, scope, case)
    return done.state


@partnership.command()
@TENANT
@CASE
@click.option("--meeting", type=click.UUID, help="The host branch's record of it; without it they are listed.")
@click.option("--mark", type=click.Choice(list(MARKS)), default="present", show_default=True)
def guest(slug: str, case: uuid.UUID, meeting: uuid.UUID | None, mark: str) -> None:
    """Mark how a guest was at a meeting of the host branch; without one, list its meetings: record, day, kinds, mark.

    Exit codes: 0 marked or listed; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.attachment.marks import mark_guest, meetings_of
    from zhibu_partnership.attachment.reading import case_of

    async def work(running: Platform, session: AsyncSession, scope: Scope) -> list[str]:
        if meeting is not None:
            return [(await mark_guest(running, session, scope, case, meeting, mark)).mark]
        found = await meetings_of(session, (await case_of(session, scope, case)).case)
        return [f"{one.record_id}\t{one.held_on}\t{','.join(one.kinds)}\t{one.mark or '-'}" for one in found]

    for line in in_plugin(slug, work):
        click.echo(line)


@partnership.command()
@TENANT
@CASE
@click.option("--day", required=True, metavar="DATE", help="When.")
@click.option("--way", type=click.Choice(list(WAYS)), required=True, help="How.")
def contact(slug: str, case: uuid.UUID, day: str, way: str) -> None:
    """Record that the home branch was in touch with its member who is away; the next contact is owed from then on.

    Exit codes: 0 recorded; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.attachment.contact import record_contact

    on = day_of(day, "day")

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> str:
        return (await record_contact(session, scope, case, on, way)).state

    click.echo(in_plugin(slug, work))
