"""What the runtime role may touch, read from the catalog: relations with their columns, functions, powers."""

from dataclasses import dataclass
from typing import Any

import asyncpg

from zhibu_core.database.catalog import CALLABLE_DEFINERS, digest_of

Connection = Any
"""An asyncpg connection, or the pool's proxy of one."""

READABLE_BY_ALL = frozenset({"public.global_board_line", "public.global_setting", "public.global_tenant"})
"""Tables of no tenant that every tenant may read: names and slugs of tenants, what consenting ones say on the board, and
the installation's settings."""

QUEUES = frozenset({"jobs.outbox", "jobs.handled", "jobs.scheduled_run"})
"""Tables of the dispatcher, which serves all tenants: ids and topics, never personal data."""

_RELATIONS = """
select n.nspname || '.' || c.relname as name, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) as quoted,
  c.relkind::text as kind,
  exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnum > 0
          and not a.attisdropped) as has_tenant,
  pg_catalog.has_any_column_privilege(c.oid, 'select') as may_select,
  pg_catalog.has_any_column_privilege(c.oid, 'insert') as may_insert,
  pg_catalog.has_any_column_privilege(c.oid, 'update') as may_update,
  pg_catalog.has_table_privilege(c.oid, 'delete') as may_delete,
  pg_catalog.has_table_privilege(c.oid, 'truncate') as may_truncate,
  array(select pg_catalog.quote_ident(a.attname) from pg_catalog.pg_partitioned_table p
        join pg_catalog.pg_attribute a on a.attrelid = p.partrelid and a.attnum = any(p.partattrs::int2[])
        where p.partrelid = c.oid) as spread_by
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by 1
"""
_DEFINERS = """
select p.oid::regprocedure::text as name, p.prosrc as body from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
and pg_catalog.has_function_privilege(p.oid, 'execute') and pg_catalog.has_schema_privilege(n.oid, 'usage')
order by 1
"""
_FUNCTIONS = """
select count(*) from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and pg_catalog.has_function_privilege(p.oid, 'execute')
"""
_POWERS = """
select 'superuser' as power from pg_catalog.pg_roles where rolname = current_user and rolsuper
union all select 'bypassrls' from pg_catalog.pg_roles where rolname = current_user and rolbypassrls
union all select 'createrole' from pg_catalog.pg_roles where rolname = current_user and rolcreaterole
union all select 'member of ' || rolname from pg_catalog.pg_roles
  where rolname <> current_user and pg_catalog.pg_has_role(oid, 'member')
union all select 'owner of ' || oid::regclass::text from pg_catalog.pg_class
  where relowner = (select oid from pg_catalog.pg_roles where rolname = current_user)
union all select 'create in ' || nspname from pg_catalog.pg_namespace where pg_catalog.has_schema_privilege(oid, 'create')
union all select 'create in the database' where pg_catalog.has_database_privilege(current_database(), 'create')
union all select 'temporary tables' where pg_catalog.has_database_privilege(current_database(), 'temporary')
"""


@dataclass(frozen=True)
class Relation:
    """A table, partition or view, and what the runtime role may do with it."""

    name: str
    quoted: str
    kind: str
    has_tenant: bool
    may_select: bool
    may_insert: bool
    may_update: bool
    may_delete: bool
    may_truncate: bool
    spread_by: tuple[str, ...]

    @property
    def is_touchable(self) -> bool:
        """Whether the runtime role may do anything with it."""
        return any((self.may_select, self.may_insert, self.may_update, self.may_delete, self.may_truncate))

    @property
    def is_listed(self) -> bool:
        """Whether it is on the written list of what every tenant shares: a short one, and jobs' own."""
        return self.name in READABLE_BY_ALL | QUEUES or self.name.startswith("jobs.alembic_")


async def relations_of(connection: Connection) -> list[Relation]:
    """Everything that the connection's role may touch outside the system's own schemas."""
    rows = await connection.fetch(_RELATIONS)
    found = [Relation(**{**dict(row), "spread_by": tuple(row["spread_by"])}) for row in rows]
    return [relation for relation in found if relation.is_touchable]


async def strange_definers(connection: Connection) -> list[str]:
    """Functions that run with another's rights and are not, word for word, on the allow-list."""
    rows = await connection.fetch(_DEFINERS)
    return [row["name"] for row in rows if CALLABLE_DEFINERS.get(row["name"]) != digest_of(row["body"])]


async def functions_of(connection: Connection) -> int:
    """How many functions the role may call."""
    count: int = await connection.fetchval(_FUNCTIONS)
    return count


async def powers_of(connection: Connection) -> list[str]:
    """Powers that the role must not have."""
    return [row["power"] for row in await connection.fetch(_POWERS)]


def refused(error: asyncpg.PostgresError) -> bool:
    """Whether the database refused for want of rights, row security's among them."""
    return bool(error.sqlstate == asyncpg.InsufficientPrivilegeError.sqlstate)
