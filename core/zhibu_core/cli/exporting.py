"""`zhibu export make|fetch|end|list|trace`: exports of personal data by hand, under the same rules as on the pages."""

import json
import os
from pathlib import Path

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform, tenant_of_slug

WAITS = 3
TENANT = click.option("--tenant", "slug", required=True, help="The tenant's slug.")


@click.group()
def export() -> None:
    """Exports of personal data: each has a purpose, recipients, an end and a mark, and stands in the register."""


@export.command()
@TENANT
@click.option(
    "--kind", default="members", show_default=True, help="What to export; an unknown one names those there are."
)
@click.option("--purpose", required=True, help="What it is for; kept in the register and read by those who are listed.")
@click.option("--recipient", "recipients", multiple=True, required=True, help="For whom; again for further ones.")
@click.option(
    "--field", "fields", multiple=True, help="A column's key; again for further ones. Else all that are not sensitive."
)
@click.option("--organization", default="", help="Code or name; all below it too.")
@click.option(
    "--filter", "filters", multiple=True, metavar="KEY=VALUE", help="Such as status=normal or since=2026-01-01."
)
@click.option("--days", type=int, default=7, show_default=True, help="How long the files can be taken, up to 30.")
@click.option("--format", "form", type=click.Choice(["xlsx", "csv"]), default="xlsx", show_default=True)
@click.option("--yes", is_flag=True, help="Do not ask after the count.")
def make(
    slug: str,
    kind: str,
    purpose: str,
    recipients: tuple[str, ...],
    fields: tuple[str, ...],
    organization: str,
    filters: tuple[str, ...],
    days: int,
    form: str,
    yes: bool,
) -> None:
    """Count, ask, and make an export; prints its number, state, lines and persons.

    Exit codes: 0 made; 1 not confirmed; 2 refused, nothing was made; 3 registered, and waits for a second person, who
    approves it on the page; 64 wrong usage.
    """
    from zhibu_core.exports.asking import ask
    from zhibu_core.exports.form import Asked, plan

    given = dict(pair.partition("=")[::2] for pair in filters)
    asked = Asked(kind, purpose.strip(), recipients, fields, organization, given, days, form)

    async def work() -> tuple[str, str, int, int]:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            planned = await plan(running, session, scope, asked)
            said = f"{planned.kind.title.zh}：{planned.place}，{planned.lines} 行，{planned.persons} 人"
            if not yes and not click.confirm(f"{said}，导出？", err=True):
                raise click.ClickException("not confirmed; nothing was made")
            made = await ask(running, session, scope, asked)
            return made.number, made.state, made.line_count, made.person_count

    number, state, lines, persons = run(work())
    click.echo(f"{number}\t{state}\t{lines}\t{persons}")
    if state == "waiting":
        raise SystemExit(WAITS)


@export.command()
@TENANT
@click.option("--number", required=True, help="The export's number.")
@click.option("--recipient", required=True, help="Whose file, by name.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
def fetch(slug: str, number: str, recipient: str, out: Path) -> None:
    """Write a recipient's file; that it was taken stands in the register.

    Exit codes: 0 written; 1 it waits, was refused or has expired; 2 unknown tenant, number or recipient; 64 wrong usage.
    """
    from zhibu_core.exports.reading import by_number, entry_of, no_such_export, take
    from zhibu_core.storage.objects import open_object

    async def work() -> bytes:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            found = await by_number(session, number)
            entry = await entry_of(session, scope, found.id)
            key = next((one.id for one in entry.recipients if one.name == recipient), None)
            if key is None:
                raise no_such_export()
            file = await take(session, scope, found.id, key)
            reader = await open_object(running, session, file.sha256)
            return b"".join([block async for block in reader.read()])

    content = run(work())
    _write(out, content)
    click.echo(f"{out}\t{len(content)}")


def _write(out: Path, content: bytes) -> None:
    """Whole or not there, and for its owner only: the file names persons."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


@export.command()
@TENANT
@click.option("--number", required=True, help="The export's number.")
@click.option("--reason", default="", help="Why; read by who asked for it.")
def end(slug: str, number: str, reason: str) -> None:
    """End an export before its last day: its files are deleted, the register stays.

    Exit codes: 0 ended; 2 unknown tenant or number, or over already; 64 wrong usage.
    """
    from zhibu_core.exports.ending import discard_all
    from zhibu_core.exports.ending import end as end_early
    from zhibu_core.exports.reading import by_number

    async def work() -> None:
        async with platform() as running:
            async with in_tenant(running, slug) as (session, scope):
                found = await by_number(session, number)
                _, names = await end_early(session, scope, found.id, reason.strip())
            await discard_all(running, names)

    run(work())
    click.echo(f"{number.strip().upper()}\tended")


@export.command("list")
@TENANT
@click.option("--word", default="", help="In number, purpose, place or recipients.")
@click.option("--person", default="", help="Only exports that list this name or number.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_exports(slug: str, word: str, person: str, as_json: bool) -> None:
    """List the register, newest first.

    Exit codes: 0 listed; 2 unknown tenant; 64 wrong usage.
    """
    from zhibu_core.exports.reading import Line, Search, register

    async def work() -> list[Line]:
        found: list[Line] = []
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            while page := await register(session, scope, Search(word, person), found[-1].export.id if found else None):
                found += page
        return found

    for line in run(work()):
        one = line.export
        said = {
            "number": one.number, "state": one.state, "kind": one.kind, "lines": one.line_count, "persons": one.person_count,
            "asked_at": f"{one.asked_at:%Y-%m-%dT%H:%M:%SZ}", "asked_by": line.asked_by, "expires_on": str(one.expires_on),
            "recipients": one.recipients, "fields": one.fields, "purpose": one.purpose, "decided_by": line.decided_by,
        }  # fmt: skip
        click.echo(json.dumps(said, ensure_ascii=False) if as_json else "\t".join(map(_word, said.values())))


def _word(value: object) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return "-" if value in (None, "") else str(value)


@export.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", "slug", help="Only this tenant; else all of the installation.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def trace(file: Path, slug: str | None, as_json: bool) -> None:
    """Name the export and the recipient that a found CSV or Excel file came from, and how sure that is.

    Exit codes: 0 found; 1 nothing says that it came from here; 2 unknown tenant, or no table can be read; 64 wrong usage.
    """
    from zhibu_core.exports.tracing import Found, read_leak, trace_in
    from zhibu_core.tenancy.directory import all_tenants

    async def work() -> list[Found]:
        leak = read_leak(file)
        async with platform() as running:
            if slug:
                tenants = [await tenant_of_slug(running, slug)]
            else:
                async with running.database.system_session() as system:
                    tenants = await all_tenants(system)
            return [one for tenant in tenants for one in await trace_in(running, tenant, leak)]

    found = run(work())
    for one in found:
        click.echo(json.dumps(one.as_line(), ensure_ascii=False) if as_json else one.sentence().zh)
    if not found:
        click.echo("没有发现这份文件出自这里的导出。", err=True)
        raise SystemExit(1)
