"""Examines a production's database: who signs in and how, the roles and their settings, the catalog, isolation."""

from collections.abc import AsyncIterator, Iterator
from ipaddress import IPv4Address, IPv6Address

import asyncpg

from zhibu_core.boot import audit_of, pending_of
from zhibu_core.database.access import RUNTIME, Server
from zhibu_core.database.canary import isolation_canary
from zhibu_core.doctor.limits import limits_ignored
from zhibu_core.doctor.unsafe import Unsafe, unsafe
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings
from zhibu_core.tenancy.session import Database

ROLES = {"app_owner": (True, False), "app_rt": (True, False), "app_definer": (False, True), "app_backup": (True, True)}
"""Each role with what it must be: may sign in, bypasses row security (`roles.sql`; on Citus app_definer signs in too)."""

ROLE_SETTINGS = {
    "app_rt": {
        "search_path": "public, pg_temp",
        "TimeZone": "UTC",
        "citus.propagate_set_commands": "local",
        "citus.enable_local_execution": "off",
    },
    "app_owner": {"search_path": "public, pg_temp", "TimeZone": "UTC"},
}
SAFE_WRITES = ("fsync", "full_page_writes", "synchronous_commit")

_SIGNED_IN = """
select current_user::text as name, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as strong,
  inet_client_addr() as client, coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as encrypted
from pg_roles where rolname = current_user
"""
_ROLES = """
select rolname::text, rolcanlogin, rolbypassrls, rolsuper or rolcreatedb or rolcreaterole or rolreplication as strong
from pg_roles where rolname = any ($1::text[])
"""
_ROLE_SETTINGS = """
select r.rolname::text as role, split_part(line, '=', 1) as name, substr(line, strpos(line, '=') + 1) as value
from pg_db_role_setting s join pg_roles r on r.oid = s.setrole, unnest(s.setconfig) as line
where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
  and r.rolname = any ($1::text[])
"""
_MEMBER_OF = "select g.rolname::text from pg_auth_members a join pg_roles g on g.oid = a.roleid where a.member = to_regrole('app_rt')"
_WRITES = "select name, setting from pg_settings where name = any ($1::text[]) and setting = 'off'"
_CITUS = "select exists (select from pg_extension where extname = 'citus')"
_DEMO = "select exists (select from global_setting where key = 'demo' and value = 'true')"


async def examine_database(settings: Settings, server: Server) -> list[Unsafe]:
    """Everything unsafe in the database that this process is told to use, seen as the user it signs in as."""
    try:
        connection = await asyncpg.connect(server.address)
    except (asyncpg.PostgresError, OSError) as error:
        return [unsafe("database_unreachable", reason=type(error).__name__)]
    try:
        found = [finding async for finding in _server(connection)]
        behind = await pending_of(server, host := PluginHost.discover())
        if behind:
            return [*found, unsafe("migrations_behind", histories=", ".join(behind))]
        if await connection.fetchval(_DEMO):
            found.append(unsafe("demo_database"))
    finally:
        await connection.close()
    found += [unsafe("catalog", fault=fault) for fault in await audit_of(server)]
    return [*found, *await _running(settings, server, host)]


async def _server(connection: asyncpg.Connection) -> AsyncIterator[Unsafe]:
    me = await connection.fetchrow(_SIGNED_IN)
    if me["strong"] or me["name"] != RUNTIME:
        yield unsafe("database_user_strong", user=me["name"])
    if in_the_clear(me["client"], encrypted=me["encrypted"]):
        yield unsafe("database_not_encrypted")
    for row in await connection.fetch(_WRITES, list(SAFE_WRITES)):
        yield unsafe("database_writes_unsafe", setting=row["name"])
    roles = await connection.fetch(_ROLES, list(ROLES))
    for finding in _attributes(roles, citus=await connection.fetchval(_CITUS)):
        yield finding
    for row in await connection.fetch(_MEMBER_OF):
        yield unsafe("role_member", group=row[0])
    present = {row["rolname"] for row in roles}
    given = {(row["role"], row["name"]): row["value"] for row in await connection.fetch(_ROLE_SETTINGS, list(present))}
    for role, wanted in ROLE_SETTINGS.items():
        for name, value in wanted.items():
            if role in present and given.get((role, name)) != value:
                yield unsafe("role_setting", role=role, setting=name, value=value)


def in_the_clear(client: IPv4Address | IPv6Address | None, *, encrypted: bool) -> bool:
    """Whether what a connection carries can be read on a network; `client` is None behind a socket of the machine."""
    return client is not None and not client.is_loopback and not encrypted


def _attributes(rows: list[asyncpg.Record], *, citus: bool) -> Iterator[Unsafe]:
    seen = {row["rolname"]: row for row in rows}
    for role, (login, bypass) in ROLES.items():
        row = seen.get(role)
        if row is None:
            yield unsafe("role_missing", role=role)
        elif row["strong"] or (row["rolcanlogin"], row["rolbypassrls"]) != (
            login or (citus and role == "app_definer"),
            bypass,
        ):
            yield unsafe("role_attributes", role=role)


async def _running(settings: Settings, server: Server, host: PluginHost) -> list[Unsafe]:
    """What is seen by a process of this release: limits of time, and isolation."""
    platform = Platform(settings, host, Database(server.dsn_for(), pool_size=2))
    try:
        ignored = [unsafe("limits_ignored", setting=name) for name in await limits_ignored(platform.database)]
        return [*ignored, *(unsafe("isolation", fault=fault) for fault in await isolation_canary(platform))]
    finally:
        await platform.close()
