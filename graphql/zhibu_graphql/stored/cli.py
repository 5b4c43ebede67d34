"""`zhibu graphql store|list|drop`: the operations that a tenant's clients may name by their hash."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zhibu_graphql.stored.keeping import Line

TENANT = click.option("--tenant", "slug", required=True)


@click.group()
def graphql() -> None:
    """Stored operations of the API. Exit codes: 0 done; 1 could not be done, or list: one is not valid; 2 refused; 64 wrong usage."""


@graphql.command()
@TENANT
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def store(slug: str, files: tuple[Path, ...]) -> None:
    """Store documents, one operation a FILE, all of them or none; prints the id of each."""

    async def work() -> "list[Line]":
        from zhibu_graphql.stored import keeping

        async with platform() as running, in_tenant(running, slug) as (session, scope):
            texts = [(file.name, file.read_text(encoding="utf-8")) for file in files]
            return [await keeping.store(running, session, scope, text, where=name) for name, text in texts]

    for line in run(work()):
        click.echo(f"{line.document_id}\t{line.name}")


@graphql.command("list")
@TENANT
@click.option("--json", "as_json", is_flag=True)
def list_operations(slug: str, as_json: bool) -> None:
    """Name the stored operations; ends 1 where a plugin that was switched off has made one invalid, and names it."""

    async def work() -> "Sequence[Line]":
        from zhibu_graphql.stored import keeping

        async with platform() as running, in_tenant(running, slug) as (session, scope):
            return await keeping.listed(running, session, scope)

    lines = run(work())
    if as_json:
        click.echo(json.dumps([vars(line) for line in lines], ensure_ascii=False))
    else:
        for line in lines:
            click.echo(f"{line.document_id}\t{line.name}\t{line.fault or ''}".rstrip())
    if any(line.fault for line in lines):
        raise SystemExit(1)


@graphql.command()
@TENANT
@click.argument("named", metavar="NAME|ID")
def drop(slug: str, named: str) -> None:
    """Drop an operation by its id, or all of a name; running services forget it within seconds."""

    async def work() -> int:
        from zhibu_graphql.stored import keeping

        async with platform() as running, in_tenant(running, slug) as (session, scope):
            return await keeping.drop(session, scope, named)

    click.echo(run(work()))
