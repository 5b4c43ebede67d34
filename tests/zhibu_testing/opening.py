"""Fresh tenants for tests: the product opens one of each preset, the others are copies of its rows, in a tenth of the time."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant
from zhibu_tenants.provisioning import create_tenant

OUTBOX = "jobs.outbox"
_TABLES = f"""select c.oid::regclass::text as name, array_agg(a.attname::text order by a.attnum) as columns
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind in ('r', 'p') and not c.relispartition and c.oid <> 'tenant_anchor'::regclass
    and (c.relnamespace = 'public'::regnamespace or c.oid = '{OUTBOX}'::regclass)
    and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id') group by c.oid"""


@dataclass(frozen=True)
class Copy:
    """The rows of a tenant that was just opened, as one statement: $1 is the copy's id, the others are rows by table."""

    statement: str
    rows: tuple[str, ...]


@dataclass
class Openings:
    """Opens tenants in the database of a platform, past row security: `admin` is the superuser's address, `today` their day."""

    platform: Platform
    admin: str
    today: dt.date
    _copies: dict[str, Copy] = field(default_factory=dict)
    _connection: Any = None

    async def tenant(self, slug: str, name: str, preset: str) -> Tenant:
        """A tenant as `create_tenant` leaves it on the tests' day."""
        if self._connection is None:
            self._connection = await asyncpg.connect(self.admin)
        if preset not in self._copies:
            self._copies[preset] = await self._copy(preset)
        made, of = new_id(), self._copies[preset]
        async with self._connection.transaction():
            await self._connection.fetch(
                "select app.open_tenant($1, $2, $3, $4, $5)", made, slug, name, preset, self.today
            )
            await self._connection.execute(of.statement, made, *of.rows)
        return Tenant(made, slug, name, preset, self.today)

    async def close(self) -> None:
        """Leaves the database."""
        if self._connection is not None:
            await self._connection.close()

    async def _copy(self, preset: str) -> Copy:
        slug = f"first-{uuid.uuid4().hex[:8]}"
        first = await create_tenant(self.platform, slug, "样板", preset, today=self.today)
        inserts, rows = [], []
        for name, columns in await self._connection.fetch(_TABLES):
            query = f"select jsonb_agg(to_jsonb(t)) from {name} t where t.tenant_id = $1"
            found = await self._connection.fetchval(query, first.id)
            if found is None:
                continue
            rows.append(found)
            inserts.append(_insert(name, columns, number=len(rows) + 1))
        parts = ", ".join(f"i{number} as ({insert})" for number, insert in enumerate(inserts))
        return Copy(f"with {parts} select", tuple(rows))


def _insert(table: str, columns: list[str], *, number: int) -> str:
    """Events have ids of their own; other rows are known by their tenant as well."""
    made = {"tenant_id": "$1::uuid"} | ({"id": "gen_random_uuid()"} if table == OUTBOX else {})
    values = ", ".join(made.get(column, f'r."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return f"insert into {table} ({names}) select {values} from jsonb_populate_recordset(null::{table}, ${number}::jsonb) r"
