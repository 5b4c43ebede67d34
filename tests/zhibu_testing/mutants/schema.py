"""Mutants of the database: for every tenant table one, of a kind chosen by the seed, and those of no single table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

TENANT = "tenant_id = app.tenant()"
POLICY = "alter policy tenant on {t} "
_TABLES = """
select c.relname as name, c.relkind = 'p' as is_spread,
  (select f.conname || ' ' || r.relname || ' ' || a.attname from pg_constraint f join pg_class r on r.oid = f.confrelid
   join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[2]
   where f.conrelid = c.oid and f.contype = 'f' and f.conparentid = 0 and r.relkind = 'r' order by f.conname limit 1) as reference
from pg_class c join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id'
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1
"""


@dataclass(frozen=True)
class Mutant:
    """One thing broken: `apply` and, where it outlives the database, `undo` are SQL of a superuser."""

    name: str
    apply: str
    undo: str = ""


@dataclass(frozen=True)
class Table:
    """A tenant table as the catalog has it; `reference` is (constraint, table, column) of one foreign key."""

    name: str
    is_spread: bool
    reference: tuple[str, str, str] | None


def _policy(what: str, clause: str) -> tuple[str, Callable[[Table], str]]:
    return what, lambda t: f"alter policy tenant on {t.name} {clause}"


def _single_reference(t: Table) -> str:
    assert t.reference is not None
    constraint, target, column = t.reference
    return (
        f"alter table {t.name} drop constraint {constraint}; create unique index on {target} (id); "
        f"alter table {t.name} add constraint {constraint} foreign key ({column}) references {target} (id) not valid"
    )


def _definer(t: Table) -> str:
    return (
        f"create function app.all_of_it() returns bigint language sql security definer set search_path = pg_catalog, app "
        f"as 'select count(*) from public.{t.name}'; alter function app.all_of_it() owner to app_definer; "
        "grant execute on function app.all_of_it() to app_rt"
    )


def _trigger(t: Table) -> str:
    return (
        "create function app.copy_away() returns trigger language plpgsql security definer as "
        "'begin return new; end'; "
        f"create trigger copy_away before insert on {t.name} for each row execute function app.copy_away()"
    )


KINDS: Sequence[tuple[str, Callable[[Table], str]]] = (
    ("policy dropped", lambda t: f"drop policy tenant on {t.name}"),
    ("row security off", lambda t: f"alter table {t.name} disable row level security"),
    ("row security not forced", lambda t: f"alter table {t.name} no force row level security"),
    _policy("policy true", "using (true) with check (true)"),
    _policy("policy checks no writes", "with check (true)"),
    _policy("policy open where unbound", f"using ({TENANT} or app.tenant() is null)"),
    ("further policy for reading", lambda t: f"create policy more on {t.name} for select using (true)"),
    ("further policy for writing", lambda t: f"create policy more on {t.name} for insert with check (true)"),
    ("restrictive policy", lambda t: (
        f"drop policy tenant on {t.name}; "
        f"create policy tenant on {t.name} as restrictive using ({TENANT}) with check ({TENANT})")),
    ("unique key without tenant", lambda t: f"create unique index on {t.name} (id{', at' if t.is_spread else ''})"),
    ("primary key without tenant", lambda t: (
        f"alter table {t.name} drop constraint {t.name}_pkey cascade, add primary key (id{', at' if t.is_spread else ''})")),
    ("foreign key without tenant", _single_reference),
    ("truncate granted", lambda t: f"grant truncate on {t.name} to app_rt"),
    ("owned by the runtime role", lambda t: f"grant create on schema public to app_rt; alter table {t.name} owner to app_rt"),
    ("view without security_invoker", lambda t: (
        f"create view v_all as select * from {t.name}; grant select on v_all to app_rt")),
    ("materialised view", lambda t: (
        f"create materialized view m_all as select * from {t.name}; grant select on m_all to app_rt")),
    ("copy in the queue's schema", lambda t: (
        f"create table jobs.copied as select * from {t.name}; grant select on jobs.copied to app_rt")),
    ("definer function over all", _definer),
    ("trigger with another's rights", _trigger),
)  # fmt: skip

BIND = "create or replace function app.bind(t uuid) returns void language plpgsql as $$ begin {} end $$"
LOOSE = "execute format('set local app.tenant_id = %L', t);"
RELEASE = """create or replace function app.release_identity(given_issuer text, given_organization text) returns void
language plpgsql security definer set search_path = pg_catalog, app, pg_temp as $$ begin
  delete from public.global_identity_claim c where c.issuer = given_issuer and c.organization = given_organization; end $$"""
SILENCE = """create or replace function app.say_on_board(gone uuid[], said jsonb) returns bigint
language plpgsql security definer set search_path = pg_catalog, app, pg_temp as $$ begin
  delete from public.global_board_line b where b.id = any(gone); return 0; end $$"""
READ = """create or replace function app.read(t uuid, op text, args text[]) returns text language plpgsql as
$$ begin set local app.tenant_id = ''; perform app.bind(t); return null; end $$"""
SOMEBODY = """create or replace function app.tenant() returns uuid language sql stable parallel safe security definer
set search_path = pg_catalog as $$ select max(id::text)::uuid from public.global_tenant $$"""

WIDE: Sequence[Mutant] = (
    Mutant("app_rt bypasses row security", "alter role app_rt bypassrls", "alter role app_rt nobypassrls"),
    Mutant("app_rt a superuser", "alter role app_rt superuser", "alter role app_rt nosuperuser"),
    Mutant("app_rt in app_definer", "grant app_definer to app_rt", "revoke app_definer from app_rt"),
    Mutant("app_rt in app_owner", "grant app_owner to app_rt", "revoke app_owner from app_rt"),
    Mutant("app_rt in pg_read_all_data", "grant pg_read_all_data to app_rt", "revoke pg_read_all_data from app_rt"),
    Mutant("app.bind takes another tenant", BIND.format(LOOSE)),
    Mutant("app.bind binds nobody", BIND.format("null;")),
    Mutant("app.read takes another tenant", READ),
    Mutant("app.tenant() somebody's", SOMEBODY),
    Mutant("app.release_identity releases all", RELEASE),
    Mutant("app.say_on_board silences others", SILENCE),
    Mutant("the board writable", "grant update (title) on global_board_line to app_rt"),
    Mutant("claims readable", "grant select on global_identity_claim to app_rt"),
    Mutant("tenants' slugs writable", "grant update (slug) on global_tenant to app_rt"),
    Mutant("tables can be made in public", "grant create on schema public to app_rt"),
    Mutant("a partition readable", "grant select on audit_entry_rest to app_rt"),
    Mutant("a partition's column readable", "grant select (action, object_id) on audit_entry_rest to app_rt"),
    Mutant("a table without tenant", "create table public.notice (id uuid primary key); grant select on notice to app_rt"),
    Mutant("a table outside public", "create table app.notice (tenant_id uuid); grant select on app.notice to app_rt"),
)  # fmt: skip


async def tables_of(connection: Any) -> list[Table]:
    """Every tenant table of core and of the plugins."""
    rows = await connection.fetch(_TABLES)
    return [Table(r["name"], r["is_spread"], tuple(r["reference"].split()) if r["reference"] else None) for r in rows]


def mutants_of(tables: Sequence[Table], seed: int) -> Iterator[Mutant]:
    """One a table, so that the kinds are spread evenly and come round to each table as the seed grows; then the wide ones."""
    for number, table in enumerate(tables):
        turn = number + seed
        while not _fits(KINDS[turn % len(KINDS)][0], table):
            turn += 1
        what, write = KINDS[turn % len(KINDS)]
        yield Mutant(f"{table.name}: {what}", write(table))
    yield from WIDE


def _fits(kind: str, table: Table) -> bool:
    return kind != "foreign key without tenant" or (table.reference is not None and not table.is_spread)
