"""The isolation canary: asks the database itself, as the runtime role, whether it still keeps tenants apart."""

import uuid
from typing import Protocol

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from zhibu_core.tenancy.session import Database


class _HasDatabase(Protocol):
    database: Database


_ROLE = text("select rolsuper or rolbypassrls from pg_roles where rolname = current_user")
_COUNT = text("select count(*) from tenant_anchor")
_FORGE = text("insert into tenant_setting (tenant_id, id, key, value) values (:other, :id, 'canary', '{}')")


async def isolation_canary(platform: _HasDatabase) -> list[str]:
    """What is wrong, in words; empty when isolation holds. Asks three things and writes nothing."""
    try:
        return [*await _unbound(platform.database), *await _bound(platform.database)]
    except (DBAPIError, PoolTimeout, OSError, asyncpg.PostgresError) as error:
        return [f"the database does not answer: {type(error).__name__}"]


async def _unbound(database: Database) -> list[str]:
    async with database.system_session() as session:
        faults = ["the runtime role bypasses row security"] if await session.scalar(_ROLE) else []
        if await session.scalar(_COUNT):
            faults.append("rows are visible without a tenant")
        return faults


async def _bound(database: Database) -> list[str]:
    mine, other = uuid.uuid4(), uuid.uuid4()
    try:
        async with database.session(mine) as session:
            if await session.scalar(_COUNT):
                return ["a tenant that does not exist sees rows"]
            await session.execute(_FORGE, {"other": other, "id": uuid.uuid4()})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == "42501":
            return []
        raise
    return ["a row could be written for another tenant"]
