"""`zhibu migrate`, `zhibu dsn` and `zhibu db`: bringing the database up to date, its address, and its end."""

import datetime as dt

import click

from zhibu_core.audit.months import keep_months
from zhibu_core.boot import prepare_and_migrate, running_platform
from zhibu_core.cli.loop import run
from zhibu_core.database.access import BACKUP, OWNER, RUNTIME
from zhibu_core.database.opening import database_for
from zhibu_core.errors import InvalidInput
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import read_settings
from zhibu_core.words import Words


@click.command()
def migrate() -> None:
    """Make the database's roles and bring core and every plugin to the newest revision; the catalog audit follows.

    Keeps the months of the audit as well, which a service that is not given the owner's address cannot: run it at every
    release and once a week. Exit codes: 0 up to date; 1 the database cannot be reached or its audit has findings.
    """

    async def work() -> list[str]:
        settings = read_settings()
        async with database_for(settings) as server:
            changed = await prepare_and_migrate(server, PluginHost.discover())
            async with running_platform(settings) as platform:
                await keep_months(platform, dt.datetime.now(dt.UTC))
            return changed

    click.echo(f"migrated: {', '.join(run(work())) or 'nothing to do'}")


@click.command()
@click.option("--role", type=click.Choice([RUNTIME, OWNER, BACKUP]), default=RUNTIME, show_default=True)
def dsn(role: str) -> None:
    """Print one line: the database's address for psql and asyncpg. Leaves the embedded server running."""

    async def work() -> str:
        async with database_for(read_settings(), keep=True) as server:
            await prepare_and_migrate(server, PluginHost.discover(), only_if_behind=True)
            return server.dsn_for(role)

    click.echo(run(work()))


@click.group()
def db() -> None:
    """The database: the end of the embedded one, and what is kept in it twice."""


@db.command()
def stop() -> None:
    """Stop the embedded PostgreSQL of ZHIBU_DATA, whoever uses it.

    Exit codes: 0 stopped, or was not running; 2 where ZHIBU_DATABASE_URL is set, as that server is not Zhibu's to stop.
    """
    from zhibu_core.database import embedded

    settings = read_settings()
    if settings.database_url:
        raise InvalidInput(
            "database_not_ours",
            Words(
                "数据库由 ZHIBU_DATABASE_URL 指定，不归 Zhibu 停止。要停止内置数据库，请先去掉这个变量。",
                "The database of ZHIBU_DATABASE_URL is not Zhibu's to stop. Unset it to stop the embedded one.",
            ),
            field="ZHIBU_DATABASE_URL",
        )
    stopped = embedded.stop(settings)
    words = "stopped" if stopped.was_running else "was not running"
    click.echo(words + (", though others were using it" if stopped.was_in_use else ""))


@db.command()
@click.option("--tenant", "slug", help="The tenant's slug; without it all tenants, one after the other.")
def tally(slug: str | None) -> None:
    """Count the sums that dashboards read anew, and say how many of them were wrong. Others may write meanwhile.

    Exit codes: 0 done; 1 the database cannot be reached; 2 no such tenant.
    """
    from zhibu_core.cli.running import platform, tenant_of_slug
    from zhibu_core.tallies.rebuilding import rebuild_tallies
    from zhibu_core.tenancy.directory import all_tenants

    async def work() -> None:
        async with platform() as running:
            async with running.database.system_session() as system:
                tenants = await all_tenants(system)
            for tenant in [await tenant_of_slug(running, slug)] if slug else tenants:
                async with running.database.session(tenant.id) as session:
                    click.echo(f"{tenant.slug}\t{await rebuild_tallies(session)} wrong")

    run(work())
