"""`zhibu tenant suspend|resume|export|import|erase`: a tenant's life after it was opened."""

from pathlib import Path

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import platform, tenant_of_slug
from zhibu_core.words import Words
from zhibu_tenants.cli.tenant import tenant

NEW_FILE = click.Path(dir_okay=False, path_type=Path)
OLD_FILE = click.Path(dir_okay=False, exists=True, path_type=Path)


@tenant.command()
@click.argument("slug")
@click.option("--reason", default="", help="Why; it stands in the audit.")
def suspend(slug: str, reason: str) -> None:
    """Close every door of SLUG: it answers with one plain page, its jobs wait, its data stays.

    Holds within a second, in running servers too. Its sign-in at Keycloak is disabled; where Keycloak does not answer, that is said,
    and zhibu tenant check names it. Exit codes: 0 suspended; 2 no such tenant, or it is being erased; 64 wrong usage.
    """
    from zhibu_tenants.life.states import suspend as close

    async def work() -> Words | None:
        async with platform() as running:
            return await close(running, await tenant_of_slug(running, slug), reason)

    _tell(run(work()))
    click.echo(f"{slug}: suspended")


@tenant.command()
@click.argument("slug")
@click.option("--reason", default="", help="Why; it stands in the audit.")
def resume(slug: str, reason: str) -> None:
    """Open the doors of SLUG again, and its sign-in at Keycloak.

    Exit codes: 0 open; 2 no such tenant, or it is being erased; 64 wrong usage.
    """
    from zhibu_tenants.life.states import resume as reopen

    async def work() -> Words | None:
        async with platform() as running:
            return await reopen(running, await tenant_of_slug(running, slug), reason)

    _tell(run(work()))
    click.echo(f"{slug}: open")


def _tell(left: Words | None) -> None:
    """What Keycloak did not do; the state holds all the same."""
    if left:
        click.echo(left.zh, err=True)


@tenant.command("export")
@click.argument("slug")
@click.option("--out", required=True, type=NEW_FILE, help="The archive to write; it must not exist.")
def export_archive(slug: str, out: Path) -> None:
    """Write everything that SLUG keeps into one signed archive, sensitive values in plain text: guard the file.

    Anybody can check it with zhibu-verify. Exit codes: 0 written; 1 the file cannot be written; 2 no such tenant; 64 wrong usage.
    """
    from zhibu_tenants.life.exporting import export_tenant

    async def work() -> int:
        async with platform() as running:
            manifest = await export_tenant(running, await tenant_of_slug(running, slug), out)
        return sum(entry.rows for entry in manifest.tables)

    try:
        rows = run(work())
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror}. Name a file that does not exist yet.") from None
    click.echo(f"{out}: {rows} rows")


@tenant.command("import")
@click.argument("file", type=OLD_FILE)
@click.option("--as", "slug", required=True, help="The slug of the tenant that it becomes here.")
def import_archive(file: Path, slug: str) -> None:
    """Take the archive FILE into this installation as the tenant SLUG, all of it or nothing.

    Exit codes: 0 imported; 2 refused (a bad or taken slug, a faulty archive, a missing plugin); 64 wrong usage.
    """
    from zhibu_tenants.life.importing import import_tenant

    async def work() -> str:
        async with platform() as running:
            return (await import_tenant(running, file, slug)).name

    click.echo(f"{slug}\t{run(work())}")


@tenant.command()
@click.argument("slug")
@click.option("--certificate", required=True, type=NEW_FILE, help="The certificate to write; it must not exist.")
@click.option("--yes", is_flag=True, help="Do not ask for the slug to be typed.")
def erase(slug: str, certificate: Path, yes: bool) -> None:
    """Erase the tenant SLUG for good: its key first, then its rows and files. Nothing brings it back.

    Broken off, call it again. Exit codes: 0 erased; 1 not confirmed, or the certificate cannot be written; 2 no such tenant;
    64 wrong usage.
    """
    from zhibu_tenants.life.erasing import REMAINS, Certificate, erase_tenant

    async def work() -> Certificate:
        async with platform() as running:
            found = await tenant_of_slug(running, slug)
            if not yes and click.prompt(f"Type {slug} to erase {found.name} for good", err=True) != slug:
                raise click.ClickException("not confirmed; nothing was erased")
            return await erase_tenant(running, found, certificate)

    try:
        done = run(work())
    except OSError as error:
        raise click.ClickException(f"{certificate}: {error.strerror}. Name a file that does not exist yet.") from None
    for line in done.remains[len(REMAINS) :]:
        click.echo(line, err=True)
    click.echo(f"{slug}: erased, {sum(done.rows.values())} rows; {certificate}")
