"""Whether the database keeps to the time limits that are asked for: a connection pooler may drop them unseen."""

import uuid

from sqlalchemy import text

from zhibu_core.tenancy.limits import REPORT, WEB, Limits
from zhibu_core.tenancy.session import Database

_IN_FORCE = text("select name, setting || unit as value from pg_settings where name = any(:names)")


async def limits_ignored(database: Database) -> list[str]:
    """The settings that a page's or a report's transaction asked for and did not get, such as `statement_timeout`."""
    ignored: set[str] = set()
    for limits in (WEB, REPORT):
        asked = limits.as_settings()
        given = await _in_force(database, limits, list(asked))
        ignored |= {name for name, value in asked.items() if given.get(name) != value}
    return sorted(ignored)


async def _in_force(database: Database, limits: Limits, names: list[str]) -> dict[str, str]:
    async with database.session(uuid.UUID(int=0), limits=limits) as session:
        rows = await session.execute(_IN_FORCE, {"names": names})
        return {row.name: row.value for row in rows}
