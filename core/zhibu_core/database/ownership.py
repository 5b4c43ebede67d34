"""Transactions of the owner bound to one tenant, for what the runtime role may not do: changing a tenant's state, erasing it."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from zhibu_core.errors import Unavailable
from zhibu_core.words import Words

if TYPE_CHECKING:
    from zhibu_core.platform import Platform


@asynccontextmanager
async def as_owner(platform: "Platform", tenant: uuid.UUID) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """One transaction of app_owner; row security binds the owner too, so the tenant is bound first.

    Raises `Unavailable` in a process that knows no owner's address.
    """
    async with owner_of(platform) as connection, connection.transaction():
        await connection.execute("select app.bind($1)", tenant)
        yield connection


@asynccontextmanager
async def owner_of(platform: "Platform") -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection of app_owner, bound to no tenant and in no transaction; raises `Unavailable` as `as_owner` does."""
    if platform.owner_url is None:
        raise Unavailable(
            "no_owner",
            Words(
                "这个进程没有数据库所有者的地址，不能做这件事。请在运维命令行中执行。",
                "This process has no address of the database's owner, so it cannot do this. Use the command line.",
            ),
        )
    connection = await asyncpg.connect(platform.owner_url)
    try:
        yield connection
    finally:
        await connection.close()
