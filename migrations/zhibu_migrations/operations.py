"""What migrations may do to tenant tables: the one template of tenancy-security.md 3, in one step."""

from collections.abc import Mapping, Sequence

from alembic import op

SEQUENTIAL = "set local citus.multi_shard_modify_mode = 'sequential'"
"""First line of every migration: an inert placeholder on plain PostgreSQL (scale.md 11)."""


def begin() -> None:
    """To be called first in every upgrade."""
    op.execute(SEQUENTIAL)


def create_tenant_table(
    name: str,
    columns: str,
    *,
    unique: Sequence[str] = (),
    references: Mapping[str, str] | None = None,
    indexes: Sequence[str] = (),
    append_only: bool = False,
    by_month: str | None = None,
) -> None:
    """Creates a tenant table with forced row security, its policy and the runtime role's grants.

    `columns` is SQL without tenant_id and id. `unique` and `indexes` list columns ("organization_id, starts_on") to
    which tenant_id is put in front; an index may end in a ``where``. `references` maps a column to the tenant table
    whose id it holds. An `append_only` table can be read and added to, never changed. A table
    `by_month` is partitioned by that instant, which joins its key; its partitions have no grants of their own.
    """
    rules = [f"primary key (tenant_id, id{f', {by_month}' if by_month else ''})"]
    rules += [f"unique (tenant_id, {spec})" for spec in unique]
    rules += [
        f"foreign key (tenant_id, {column}) references {table} (tenant_id, id)"
        for column, table in (references or {}).items()
    ]
    spread = f" partition by range ({by_month})" if by_month else ""
    op.execute(
        f"create table {name} (tenant_id uuid not null, id uuid not null, {columns}, {', '.join(rules)}){spread}"
    )
    for number, spec in enumerate(indexes, start=1):
        add_tenant_index(name, spec, number)
    op.execute(f"alter table {name} enable row level security")
    op.execute(f"alter table {name} force row level security")
    op.execute(f"create policy tenant on {name} using (tenant_id = app.tenant()) with check (tenant_id = app.tenant())")
    verbs = "select, insert" if append_only else "select, insert, update, delete"
    op.execute(f"grant {verbs} on {name} to app_rt")
    op.execute(f"grant select on {name} to app_backup")
    op.execute(f"grant select, insert, update, delete on {name} to app_definer")
    distribute(name)


def add_tenant_index(table: str, spec: str, number: int) -> None:
    """Creates index `<table>_i<number>` on tenant_id and the columns of `spec`, which may end in a ``where``."""
    columns, _, condition = spec.partition(" where ")
    where = f" where {condition}" if condition else ""
    op.execute(f"create index {table}_i{number} on {table} (tenant_id, {columns}){where}")


def create_reference_table(name: str, columns: str, *, readable: bool = True) -> None:
    """Creates a small `global_` table: the runtime role may read it, only definer functions write it."""
    op.execute(f"create table {name} ({columns})")
    if readable:
        op.execute(f"grant select on {name} to app_rt")
    op.execute(f"grant select on {name} to app_backup")
    op.execute(f"grant select, insert, update, delete on {name} to app_definer")


def create_definer_function(signature: str, returns: str, body: str, *, callable_by: str = "app_rt") -> None:
    """Creates a function owned by app_definer with a pinned search_path, callable by one role only."""
    op.execute(
        f"create function app.{signature} returns {returns} language plpgsql security definer "
        f"set search_path = pg_catalog, app, pg_temp as $body$ {body} $body$"
    )
    name = _bare(signature)
    op.execute(f"revoke all on function app.{name} from public")
    op.execute(f"grant execute on function app.{name} to {callable_by}")
    op.execute(f"alter function app.{name} owner to app_definer")


def distribute(name: str) -> None:
    """Spreads the table over Citus by tenant_id; plain PostgreSQL has nothing to do."""
    op.execute(
        "do $$ begin if exists (select from pg_extension where extname = 'citus') then "
        f"perform create_distributed_table('{name}', 'tenant_id'); end if; end $$"
    )


def _bare(signature: str) -> str:
    name, _, rest = signature.partition("(")
    types = [part.strip().split(" ", 1)[1] for part in rest.rstrip(")").split(",") if part.strip()]
    return f"{name}({', '.join(types)})"
