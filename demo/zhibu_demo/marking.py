"""Marks a database as a demo's: only `zhibu demo` does, as the owner, and only on one that holds no tenant yet."""

import asyncpg

from zhibu_core.database.access import OWNER, Server
from zhibu_core.errors import Unavailable
from zhibu_core.words import Words


async def mark_as_demo(server: Server) -> None:
    """Marks the database; raises `Unavailable` for one that holds tenants and is not a demo's."""
    connection = await asyncpg.connect(server.dsn_for(OWNER))
    try:
        if await connection.fetchval("select value = 'true' from global_setting where key = 'demo'"):
            return
        if await connection.fetchval("select exists (select from global_tenant)"):
            raise Unavailable(
                "not_a_demo",
                Words(
                    "这个数据目录里已有正式租户，不能用于演示。请用 DATA=另一个目录 启动演示。",
                    "This data folder holds tenants in earnest and is not for a demo. Start the demo with DATA=another folder.",
                ),
                field="ZHIBU_DATA",
            )
        async with connection.transaction():
            await connection.execute("set local role app_definer")
            await connection.execute("insert into global_setting values ('demo', 'true')")
    finally:
        await connection.close()
