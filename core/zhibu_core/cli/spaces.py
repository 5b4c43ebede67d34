"""`zhibu space …`: agreements with other tenants by hand: proposed, compared, signed, published under, revoked."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhibu_core.cli.loop import run

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from zhibu_core.platform import Platform
    from zhibu_core.spaces.proposal import Proposal
    from zhibu_core.tenancy.scope import Scope

TENANT = click.option("--tenant", "slug", required=True, help="The tenant's slug.")
PERSON = click.option(
    "--as", "number", default="", help="Number or name of who does it; else the operator at the machine."
)
SPACE = click.argument("space_id", metavar="SPACE", type=click.UUID)
DRAFT = click.option(
    "--file",
    "draft",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="The agreement, TOML.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.group()
def space() -> None:
    """Agreements with other tenants; each side has its own copy, and what crosses stands in the ledger of both."""


@asynccontextmanager
async def _at(slug: str, number: str = "") -> AsyncIterator[tuple["Platform", "AsyncSession", "Scope"]]:
    """The platform, a transaction of the tenant, and the scope of whoever does it."""
    from zhibu_core.cli.running import in_tenant, platform
    from zhibu_core.identity.persons import scope_of_named

    async with platform() as running, in_tenant(running, slug) as (session, scope):
        who = await scope_of_named(running, session, scope.tenant, number) if number else scope
        yield running, session, who


def _proposal(draft: Path) -> "Proposal":
    import msgspec

    from zhibu_core.spaces.proposal import Proposal
    from zhibu_core.spaces.terms import wrong

    try:
        return msgspec.toml.decode(draft.read_bytes(), type=Proposal)
    except msgspec.DecodeError as error:
        raise wrong("file", f"“{draft.name}”读不懂：{error}", f"“{draft.name}” cannot be read: {error}") from None


@space.command("list")
@TENANT
@JSON
def list_spaces(slug: str, as_json: bool) -> None:
    """List the tenant's agreements, newest first: id, state, first and last day, title.

    Exit codes: 0 listed; 2 unknown tenant; 64 wrong usage.
    """
    from zhibu_core.spaces.reading import spaces_of

    async def work() -> list[dict[str, Any]]:
        async with _at(slug) as (_, session, who):
            keys = ("id", "state", "starts_on", "ends_on", "title")
            return [
                {key: str(getattr(one, key)) for key in keys} for one in await spaces_of(session, who, limit=10_000)
            ]

    for line in run(work()):
        click.echo(json.dumps(line, ensure_ascii=False) if as_json else "\t".join(line.values()))


@space.command()
@TENANT
@PERSON
@DRAFT
def propose(slug: str, number: str, draft: Path) -> None:
    """Propose an agreement and send it to the other side; prints its id and the version's.

    Exit codes: 0 sent; 1 not allowed; 2 refused, naming the field; 64 wrong usage.
    """
    from zhibu_core.spaces.agreements import propose as proposed

    proposal = _proposal(draft)

    async def work() -> str:
        async with _at(slug, number) as (running, session, who):
            made = await proposed(running, session, who, proposal)
            return f"{made.id}\t{made.newest_id}"

    click.echo(run(work()))


@space.command()
@TENANT
@PERSON
@SPACE
@DRAFT
@click.option("--note", default="", help="Why, for the other side.")
def change(slug: str, number: str, space_id: uuid.UUID, draft: Path, note: str) -> None:
    """Send other words for an agreement; what is in force stays so until both have signed. Prints the version's id.

    Exit codes: 0 sent; 1 not allowed; 2 refused, naming the field; 64 wrong usage.
    """
    from zhibu_core.spaces.agreements import change as changed

    proposal = _proposal(draft)

    async def work() -> str:
        async with _at(slug, number) as (running, session, who):
            return str((await changed(running, session, who, space_id, proposal, note=note)).id)

    click.echo(run(work()))


@space.command()
@TENANT
@SPACE
@JSON
def diff(slug: str, space_id: uuid.UUID, as_json: bool) -> None:
    """Say what each version changed: number, who made it, what, before, after.

    Exit codes: 0 said; 2 unknown tenant or agreement; 64 wrong usage.
    """
    from zhibu_core.spaces.reading import whole_of

    async def work() -> list[dict[str, Any]]:
        async with _at(slug) as (_, session, who):
            whole = await whole_of(session, who, space_id)
            return [
                {"version": version.number, "id": str(version.id), "by": version.made_by, "path": one.path,
                 "before": one.before, "after": one.after}
                for version in whole.versions for one in whole.changes(version)
            ]  # fmt: skip

    for line in run(work()):
        click.echo(json.dumps(line, ensure_ascii=False) if as_json else "\t".join(map(_word, line.values())))


@space.command()
@TENANT
@PERSON
@SPACE
@click.option("--version", "version_id", type=click.UUID, required=True, help="The version that was read, by its id.")
@click.option("--for", "organization", default="", help="For which of our organizations, by code or name: to be sure.")
def sign(slug: str, number: str, space_id: uuid.UUID, version_id: uuid.UUID, organization: str) -> None:
    """Sign the newest version for the own side, in the name of a person (--as) who may.

    Exit codes: 0 signed; 1 nobody was named, or they may not, or need a second factor; 2 refused; 64 wrong usage.
    """
    from zhibu_core.spaces.agreements import sign as signed

    async def work() -> str:
        async with _at(slug, number) as (_, session, who):
            return (await signed(session, who, space_id, version_id, organization=organization)).digest

    click.echo(run(work()))


@space.command()
@TENANT
@PERSON
@SPACE
@click.option("--kind", required=True, help="Such as orglife.meeting.")
@click.option(
    "--record", "records", type=click.UUID, multiple=True, required=True, help="Its id; again for further ones."
)
@click.option(
    "--field", "fields", multiple=True, help="Of the agreed fields these only, by key; again for further ones."
)
@click.option("--withdraw", is_flag=True, help="Take the copies back instead.")
def publish(
    slug: str,
    number: str,
    space_id: uuid.UUID,
    kind: str,
    records: tuple[uuid.UUID, ...],
    fields: tuple[str, ...],
    withdraw: bool,
) -> None:
    """Send records to the other side, as the agreement says; prints the envelopes' ids.

    Exit codes: 0 on their way; 1 not allowed; 2 refused; 64 wrong usage.
    """
    from zhibu_core.spaces.publishing import publish_records, withdraw_records

    async def work() -> list[uuid.UUID]:
        async with _at(slug, number) as (running, session, who):
            if withdraw:
                await withdraw_records(session, who, space_id, kind, records)
                return []
            return await publish_records(running, session, who, space_id, kind, records, fields=fields or None)

    for one in run(work()):
        click.echo(str(one))


@space.command()
@TENANT
@PERSON
@SPACE
@click.option("--reason", required=True, help="Why; the other side reads it.")
def revoke(slug: str, number: str, space_id: uuid.UUID, reason: str) -> None:
    """End an agreement at once; the copies on both sides go.

    Exit codes: 0 revoked; 1 not allowed; 2 unknown, or over already; 64 wrong usage.
    """
    from zhibu_core.spaces.ending import revoke as revoked

    async def work() -> str:
        async with _at(slug, number) as (_, session, who):
            return (await revoked(session, who, space_id, reason)).state

    click.echo(run(work()))


@space.command()
@TENANT
@SPACE
@JSON
def ledger(slug: str, space_id: uuid.UUID, as_json: bool) -> None:
    """List what crossed, newest first: when, direction, kind, state, who sent it, fields, who read it, why not.

    Exit codes: 0 listed; 2 unknown tenant or agreement; 64 wrong usage.
    """
    from zhibu_core.spaces.crossings import ledger as crossed

    async def work() -> list[dict[str, Any]]:
        async with _at(slug) as (_, session, who):
            lines = await crossed(session, who, space_id, limit=10_000)
        return [
            {"at": f"{one.made_at:%Y-%m-%dT%H:%M:%SZ}", "direction": one.direction, "kind": one.kind, "state": one.state,
             "id": str(one.id), "by": one.by, "fields": list(one.fields), "reads": [read.reader for read in one.reads],
             "problem": one.problem}
            for one in lines
        ]  # fmt: skip

    for line in run(work()):
        click.echo(json.dumps(line, ensure_ascii=False) if as_json else "\t".join(map(_word, line.values())))


@space.command()
@TENANT
@click.option("--again", "envelope_id", type=click.UUID, help="Let the courier try this held envelope again.")
@JSON
def cases(slug: str, envelope_id: uuid.UUID | None, as_json: bool) -> None:
    """List everything that has not come to an end, of all agreements: id, direction, kind, state, other side, why.

    Cases about a member come first, with the day by which the next step is due in place of the reason.

    Exit codes: 0 listed; 2 unknown tenant, or the envelope is not held; 64 wrong usage.
    """
    from zhibu_core.spaces.cases.reading import open_matters
    from zhibu_core.spaces.crossings import open_cases
    from zhibu_core.spaces.publishing import send_again

    async def work() -> list[dict[str, Any]]:
        async with _at(slug) as (running, session, who):
            if envelope_id is not None:
                await send_again(session, who, envelope_id)
            matters = [
                {"id": str(one.case.id), "direction": "out" if one.case.is_own else "in", "kind": one.case.kind,
                 "state": one.case.state, "other": one.other, "why": str(one.case.due_on or "")}
                for one in await open_matters(running, session, who, limit=10_000)
            ]  # fmt: skip
            return matters + [
                {"id": str(one.id), "direction": one.direction, "kind": one.kind, "state": one.state, "other": one.other,
                 "why": one.why.zh if one.why else None}
                for one in await open_cases(session, who, limit=10_000)
            ]  # fmt: skip

    for line in run(work()):
        click.echo(json.dumps(line, ensure_ascii=False) if as_json else "\t".join(map(_word, line.values())))


def _word(value: object) -> str:
    if isinstance(value, list):
        return ",".join(value) or "-"
    return "-" if value in (None, "") else str(value)
