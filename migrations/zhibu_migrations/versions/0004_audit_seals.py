"""The audit by month, its seals and checks, and the windows of jobs that run by the clock."""

import datetime as dt

from alembic import op

from zhibu_migrations.months import make_partition, month_of
from zhibu_migrations.operations import begin, create_tenant_table

revision = "0004"
down_revision = "0003"

AHEAD = 3
COLUMNS = """at timestamptz not null, actor_id uuid, acting_for uuid, action text not null, object_type text not null, object_id uuid,
 fields text[] not null, purpose text, request_id text not null, client text not null"""


def upgrade() -> None:
    """Nothing is copied: the table so far becomes the first partition, up to the end of this month."""
    begin()
    _step_aside()
    create_tenant_table(
        "audit_entry",
        COLUMNS,
        indexes=["at", "object_id, at", "actor_id, at"],
        append_only=True,
        by_month="at",
    )
    _partitions(dt.datetime.now(dt.UTC).date())
    create_tenant_table(
        "audit_seal",
        """number bigint not null check (number > 0), first_entry uuid not null, last_entry uuid not null,
        entry_count bigint not null check (entry_count > 0), entries bytea not null, root bytea not null, previous bytea not null,
        hash bytea not null, signature bytea not null, key_id text collate "C" not null, sealed_at timestamptz not null""",
        unique=["number"],
        indexes=["sealed_at"],
        append_only=True,
    )
    create_tenant_table(
        "audit_check",
        """checked_at timestamptz not null, is_whole boolean not null, seal_count bigint not null, entry_count bigint not null,
        problem jsonb""",
        indexes=["checked_at"],
        append_only=True,
    )
    op.execute(
        """create table jobs.scheduled_run (job text not null, opens_at timestamptz not null, taken_at timestamptz not null,
        finished_at timestamptz, primary key (job, opens_at))"""
    )
    op.execute("grant select, insert, update, delete on jobs.scheduled_run to app_rt")
    op.execute("grant select on jobs.scheduled_run to app_backup")


def _step_aside() -> None:
    op.execute("alter table audit_entry rename to audit_entry_before")
    op.execute("alter table audit_entry_before drop constraint audit_entry_pkey")
    op.execute("alter table audit_entry_before add primary key (tenant_id, id, at)")
    for number in (1, 2):
        op.execute(f"alter index audit_entry_i{number} rename to audit_entry_before_i{number}")
    op.execute("revoke all on audit_entry_before from app_rt, app_definer")


def _partitions(today: dt.date) -> None:
    next_month = month_of(today, 1)
    op.execute(
        f"alter table audit_entry attach partition audit_entry_before for values from (minvalue) to ('{next_month} 00:00+00')"
    )
    for ahead in range(1, AHEAD + 1):
        for statement in make_partition("audit_entry", month_of(today, ahead)):
            op.execute(statement)
    # What no month was made for stays here rather than stop the deed that is being noted.
    op.execute("create table audit_entry_rest partition of audit_entry default")
