"""Upgrades core, then each plugin, every one with its own version table in schema jobs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

HERE = Path(__file__).parent


@dataclass(frozen=True)
class History:
    """One line of migrations: `key` names its version table `jobs.alembic_<key>`, `folder` holds the scripts."""

    key: str
    folder: Path

    @property
    def table(self) -> str:
        """The version table's name."""
        return f"alembic_{self.key}"

    def head(self) -> str | None:
        """The newest revision's number; files are named `0001_what.py` and applied in that order."""
        numbers = sorted(path.name.split("_")[0] for path in self.folder.glob("[0-9]*_*.py"))
        return numbers[-1] if numbers else None


# Of the connection and not of a transaction, as each migration commits its own; given back when the connection ends.
_ONLY_ONE = text("select pg_advisory_lock(hashtextextended('zhibu migrations', 0))")

# Who waits for a table's lock lets all others wait behind it: rather give up soon and come again (tenancy-security.md 9).
_SHORT_WAITS = text("set lock_timeout = '100ms'")
NO_LOCK = "55P03"
TRIES = 50
PAUSE = 0.2
"""Seconds between two tries for a lock."""

CORE = History("core", HERE / "versions")


async def upgrade(owner_url: str, plugins: Sequence[History] = ()) -> list[str]:
    """Brings core and the plugins to their newest revision; returns the keys of those that changed.

    `owner_url` signs in as app_owner. Of several processes that start together one migrates and the others wait. Each
    migration is one transaction; one that does not get its locks within 100 ms is rolled back and tried again for some
    ten seconds. Raises what PostgreSQL or Alembic raises.
    """
    engine = create_async_engine(owner_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    changed: list[str] = []
    try:
        async with engine.connect() as connection:
            await connection.execute(_ONLY_ONE)
            await connection.execute(_SHORT_WAITS)
            await connection.commit()
            behind = await connection.run_sync(_behind, [CORE, *plugins])
            await connection.rollback()
            for history in behind:
                await _upgrade_unlocked(connection, history)
                changed.append(history.key)
            await connection.run_sync(_show_versions, [CORE, *plugins])
            await connection.commit()
    finally:
        await engine.dispose()
    return changed


async def pending(owner_url: str, plugins: Sequence[History] = ()) -> list[str]:
    """Keys of the histories that are not at their newest revision."""
    engine = create_async_engine(owner_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            return [history.key for history in await connection.run_sync(_behind, [CORE, *plugins])]
    finally:
        await engine.dispose()


async def _upgrade_unlocked(connection: AsyncConnection, history: History) -> None:
    for left in reversed(range(TRIES)):
        try:
            await connection.run_sync(_upgrade, history)
        except DBAPIError as error:
            await connection.rollback()
            if getattr(error.orig, "sqlstate", None) != NO_LOCK or not left:
                raise
            await asyncio.sleep(PAUSE)
        else:
            return


def _behind(connection: Connection, histories: Sequence[History]) -> list[History]:
    tables = set(connection.scalars(text("select tablename from pg_tables where schemaname = 'jobs'")))
    # A newer release may have migrated already, while this one is still served beside it: that is not behind.
    return [h for h in histories if (head := h.head()) and (_current(connection, h, tables) or "") < head]


def _current(connection: Connection, history: History, tables: set[str]) -> str | None:
    if history.table not in tables:
        return None
    found: str | None = connection.scalar(text(f"select version_num from jobs.{history.table}"))  # noqa: S608 our own key
    return found


def _show_versions(connection: Connection, histories: Sequence[History]) -> None:
    """Lets the runtime role read how far each history is: a process that may not migrate refuses to start behind it."""
    for history in histories:
        if history.head():
            connection.execute(text(f"grant select on jobs.{history.table} to app_rt"))


def _upgrade(connection: Connection, history: History) -> None:
    from alembic import command  # half a second to import, and mostly nothing is behind
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("version_locations", str(history.folder))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_table", history.table)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
