"""The superuser's step of migrations: roles, schemas, rights, and the functions that bind a tenant."""

from collections.abc import Mapping
from pathlib import Path

import asyncpg

from zhibu_core.errors import Unavailable

HERE = Path(__file__).parent
ALTER_ROLE = "select format('alter role %I password %L', $1::text, $2::text)"


async def prepare(connection: asyncpg.Connection, passwords: Mapping[str, str] | None = None) -> None:
    """Brings roles and functions of the connection's database to what tenancy-security.md 3 and scale.md say.

    `connection` signs in as a superuser (`Server.admin`), `passwords` by role are `Server.passwords`. Idempotent, one
    transaction, safe beside another process that does the same. Raises `Unavailable` where the user lacks the rights.
    """
    try:
        async with connection.transaction():
            await connection.execute(_sql("roles.sql"))
            for role, password in (passwords or {}).items():
                await connection.execute(
                    await connection.fetchval(
                        "select format('alter role %I password %L', $1::text, $2::text)", role, password
                    )
                )
            await connection.execute("set local role app_owner")
            await connection.execute(_sql("functions.sql"))
    except asyncpg.InsufficientPrivilegeError as error:
        raise Unavailable(
            "database_admin",
            f"The user of ZHIBU_DATABASE_URL may not make roles ({error}). Give the address of a superuser there; "
            "web and workers do not use it, they sign in as app_rt.",
        ) from error


def _sql(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
