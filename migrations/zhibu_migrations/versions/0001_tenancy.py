"""Tenants, their settings and switches, and the queue's schema."""

from alembic import op

from zhibu_migrations.operations import begin, create_definer_function, create_reference_table, create_tenant_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Reference tables first, then tenant tables."""
    begin()
    create_reference_table("global_setting", "key text primary key, value text not null")
    create_reference_table(
        "global_tenant",
        """id uuid primary key, slug text not null unique check (slug ~ '^[a-z][a-z0-9-]{0,38}[a-z0-9]$'),
        name text not null, preset text not null, today date, state text not null check (state in ('open', 'suspended')),
        created_at timestamptz not null""",
    )
    op.execute("create table tenant_anchor (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id))")
    op.execute("alter table tenant_anchor enable row level security")
    op.execute("alter table tenant_anchor force row level security")
    op.execute(
        "create policy tenant on tenant_anchor using (tenant_id = app.tenant()) with check (tenant_id = app.tenant())"
    )
    op.execute("grant select on tenant_anchor to app_rt, app_backup")
    op.execute("grant select, insert, update, delete on tenant_anchor to app_definer")
    create_definer_function(
        "open_tenant(t uuid, tenant_slug text, tenant_name text, tenant_preset text, tenant_today date)",
        "void",
        """begin
          insert into public.global_tenant values (t, tenant_slug, tenant_name, tenant_preset, tenant_today, 'open', clock_timestamp());
          insert into public.tenant_anchor values (t, t);
        end""",
    )
    create_tenant_table("tenant_setting", "key text not null, value jsonb not null", unique=["key"])
    create_tenant_table(
        "plugin_enablement",
        "plugin text not null, is_on boolean not null, settings jsonb not null, changed_by uuid, changed_at timestamptz not null",
        unique=["plugin"],
    )
    op.execute(
        """create table jobs.outbox (id uuid primary key, tenant_id uuid not null, topic text not null, object_type text not null,
        object_id uuid, payload jsonb not null, written_at timestamptz not null, available_at timestamptz not null,
        dispatched_at timestamptz, attempts integer not null, held_reason text)"""
    )
    op.execute("create index outbox_waiting on jobs.outbox (tenant_id, available_at) where dispatched_at is null")
    op.execute("grant select, insert, update, delete on jobs.outbox to app_rt")
    op.execute("grant select on jobs.outbox to app_backup")
    op.execute(
        """create table jobs.handled (event_id uuid not null, handler text not null, at timestamptz not null,
        primary key (event_id, handler))"""
    )
    op.execute("grant select, insert, delete on jobs.handled to app_rt")
    op.execute("grant select on jobs.handled to app_backup")
