"""`zhibu migrate`, `zhibu dsn` and `zhibu db`: bringing the database up to date, its address, and its end."""

import click

from zhibu_core.boot import prepare_and_migrate
from zhibu_core.cli.loop import run
from zhibu_core.database.access import OWNER, RUNTIME, database_for
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import read_settings


@click.command()
def migrate() -> None:
    """Make the database's roles and bring core and every plugin to the newest revision; the catalog audit follows.

    Exit codes: 0 up to date; 1 the database cannot be reached or its audit has findings.
    """

    async def work() -> list[str]:
        async with database_for(read_settings()) as server:
            return await prepare_and_migrate(server, PluginHost.discover())

    click.echo(f"migrated: {', '.join(run(work())) or 'nothing to do'}")


@click.command()
@click.option("--role", type=click.Choice([RUNTIME, OWNER]), default=RUNTIME, show_default=True)
def dsn(role: str) -> None:
    """Print one line: the database's address for psql and asyncpg. Leaves the embedded server running."""

    async def work() -> str:
        async with database_for(read_settings(), keep=True) as server:
            await prepare_and_migrate(server, PluginHost.discover(), only_if_behind=True)
            return server.dsn_for(role)

    click.echo(run(work()))


@click.group()
def db() -> None:
    """The embedded database."""


@db.command()
def stop() -> None:
    """Stop the embedded PostgreSQL of ZHIBU_DATA, whoever uses it. Exit code 0 also where it was not running."""
    from zhibu_core.database import embedded

    stopped = embedded.stop(read_settings())
    words = "stopped" if stopped.was_running else "was not running"
    click.echo(words + (", though others were using it" if stopped.was_in_use else ""))
