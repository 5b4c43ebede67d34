"""Starts what a process needs: database, roles, migrations, audit, and the platform on top."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError

from zhibu_core.database.access import OWNER, RUNTIME, Server
from zhibu_core.database.catalog import audit_catalog
from zhibu_core.database.opening import database_for
from zhibu_core.database.roles import prepare
from zhibu_core.database.statistics import seed_statistics
from zhibu_core.errors import Unavailable
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings
from zhibu_core.tenancy.limits import JOB, Limits
from zhibu_core.tenancy.session import Database
from zhibu_core.words import Words
from zhibu_migrations.runner import History, pending, upgrade

log = structlog.get_logger()


@asynccontextmanager
async def running_platform(
    settings: Settings,
    *,
    host: PluginHost | None = None,
    keep: bool = False,
    service: bool = False,
    pool_size: int = 4,
    limits: Limits = JOB,
) -> AsyncIterator[Platform]:
    """A platform on a database that is up to date; starts the embedded server where it is not running.

    `keep` leaves that server running, `service` is for processes that serve until they are told to stop; `limits` are
    the process's own, where nothing narrower is said.
    Raises `Unavailable` where the database cannot be reached or its catalog audit has findings.
    """
    plugins = host or PluginHost.discover()
    async with database_for(settings, keep=keep, service=service) as server:
        await make_ready(server, plugins, service=service)
        platform = Platform(
            settings,
            plugins,
            Database(server.dsn_for(RUNTIME), pool_size=pool_size, limits=limits),
            settings.owner_url or (None if server.is_runtime else server.dsn_for(OWNER)),
        )
        try:
            yield platform
        finally:
            await platform.close()


async def make_ready(server: Server, host: PluginHost, *, service: bool) -> None:
    """Upgrades a database that is behind; what serves also audits the catalog at every start. Raises `Unavailable`."""
    if not await prepare_and_migrate(server, host, only_if_behind=True) and service:
        await refuse_faults(server)


async def prepare_and_migrate(server: Server, host: PluginHost, *, only_if_behind: bool = False) -> list[str]:
    """Makes the roles, upgrades, and audits the catalog; returns the histories that changed.

    With `only_if_behind` an up-to-date database costs one look. Raises `Unavailable` where the audit has findings.
    """
    if only_if_behind and not await pending_of(server, host):
        return []
    if server.is_runtime:
        raise _not_migrated()
    connection = await asyncpg.connect(server.admin)
    try:
        await prepare(connection, server.passwords)
    finally:
        await connection.close()
    changed = await upgrade(server.dsn_for(OWNER), plugin_histories(host))
    await seed_statistics(server.dsn_for(OWNER))
    await refuse_faults(server)
    log.info("migrated", histories=changed)
    return changed


def _not_migrated() -> Unavailable:
    return Unavailable(
        "database_behind",
        Words(
            "数据库需要升级，而 ZHIBU_DATABASE_URL 是 app_rt 的地址，不能升级。请用管理员的地址运行 zhibu migrate。",
            "The database is to be migrated, which the address of app_rt in ZHIBU_DATABASE_URL cannot do. "
            "Run zhibu migrate with the administrator's address.",
        ),
        field="ZHIBU_DATABASE_URL",
    )


async def refuse_faults(server: Server) -> None:
    """Raises `Unavailable` naming what the catalog audit found."""
    faults = await audit_of(server)
    if faults:
        raise Unavailable(
            "catalog",
            Words(
                "数据库结构没有通过隔离审计：" + "；".join(faults[:5]),
                "The catalog audit found: " + "; ".join(faults[:5]),
            ),
        )


async def pending_of(server: Server, host: PluginHost) -> list[str]:
    """The histories that are behind; "roles" where the superuser's step has not been made."""
    try:
        return await pending(server.inspector, plugin_histories(host))
    except (asyncpg.PostgresError, DBAPIError, OSError):
        return ["roles"]


async def audit_of(server: Server) -> list[str]:
    """The faults that the catalog audit finds."""
    return await audit_catalog(server.inspector)


def plugin_histories(host: PluginHost) -> list[History]:
    """The migrations that the available plugins bring along."""
    found = []
    for key, manifest in sorted(host.manifests.items()):
        spec = find_spec(manifest.package)
        folder = (
            Path(str(spec.submodule_search_locations[0])) / "migrations"
            if spec and spec.submodule_search_locations
            else None
        )
        if folder and folder.is_dir():
            found.append(History(key, folder))
    return found
