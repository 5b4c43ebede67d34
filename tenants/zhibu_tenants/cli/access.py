"""`zhibu access review|confirm|end`: the access review by hand, the same as on the page."""

import json
import uuid
from collections.abc import Awaitable, Callable

import click
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.powers.review import ReviewLine, as_csv, confirm, end_by_review, review_lines

TENANT = click.option("--tenant", "slug", required=True)
GRANT = click.argument("grant", type=click.UUID)


@click.group()
def access() -> None:
    """Who holds what, and whether it is still right. Exit codes: 0 done; 2 refused; 64 wrong usage."""


@access.command()
@TENANT
@click.option("--due", is_flag=True, help="Only what waits for a review.")
@click.option("--json", "form", flag_value="json", help="One JSON object a line.")
@click.option("--csv", "form", flag_value="csv", help="The file of the page; noted in the audit.")
def review(slug: str, due: bool, form: str | None) -> None:
    """List every grant in force: who, what, where, since, until, by whom, last used, reviewed."""

    async def work() -> tuple[list[ReviewLine], str]:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            found = await review_lines(session, running.scopes, scope)
            lines = [line for line in found if line.is_due or not due]
            return lines, await as_csv(session, scope, lines) if form == "csv" else ""

    lines, file = run(work())
    if form == "csv":
        click.echo(file, nl=False)
        return
    for line in lines:
        words = _words(line)
        if form == "json":
            click.echo(json.dumps({**words, "due": line.is_due}, ensure_ascii=False))
        else:
            click.echo("\t".join([*(word or "-" for word in words.values()), "due" if line.is_due else "-"]))


def _words(line: ReviewLine) -> dict[str, str | None]:
    found = {
        "id": line.id, "person": line.person, "number": line.number, "role": line.role, "node": line.node,
        "since": line.since, "until": line.until, "granted_by": line.granted_by, "on_behalf_of": line.delegated_from,
        "last_used": line.last_used, "reviewed_on": line.reviewed_on, "reviewed_by": line.reviewed_by,
    }  # fmt: skip
    return {key: None if value is None else str(value) for key, value in found.items()}


@access.command("confirm")
@TENANT
@GRANT
def confirm_grant(slug: str, grant: uuid.UUID) -> None:
    """Note that the grant with this id is still right."""
    _decide(slug, grant, confirm)
    click.echo(f"{grant}\tconfirmed")


@access.command("end")
@TENANT
@GRANT
def end_grant(slug: str, grant: uuid.UUID) -> None:
    """End the grant with this id at once."""
    _decide(slug, grant, end_by_review)
    click.echo(f"{grant}\tended")


def _decide(slug: str, grant: uuid.UUID, decide: Callable[[AsyncSession, Scope, uuid.UUID], Awaitable[None]]) -> None:
    async def work() -> None:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            await decide(session, scope, grant)

    run(work())
