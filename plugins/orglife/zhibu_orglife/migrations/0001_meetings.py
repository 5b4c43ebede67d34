"""Meetings with their versions, rolls and tasks."""

from alembic import op

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Meetings before what belongs to them."""
    begin()
    create_tenant_table(
        "orglife_meeting",
        """organization_id uuid not null, grp text, kinds text[] not null check (cardinality(kinds) > 0),
        starts_at timestamptz not null, ends_at timestamptz, held_on date not null, place text not null, online boolean not null,
        chair text not null, recorder text not null, topic text not null, points text not null, resolution text not null,
        attachments integer not null check (attachments >= 0), tasks integer not null check (tasks >= 0),
        tasks_closed integer not null check (tasks_closed >= 0), submitted_on date,
        state text not null check (state in ('planned', 'draft', 'submitted', 'approved', 'replaced', 'withdrawn')),
        version integer not null check (version > 0), series_id uuid not null, replaces_id uuid, reason text not null,
        duty_rule text, duty_window text, origin text not null check (origin in ('recorded', 'imported')), digest bytea,
        written_by uuid, written_at timestamptz not null, submitted_by uuid, approved_by uuid, approved_at timestamptz,
        check (ends_at is null or ends_at >= starts_at)""",
        unique=["series_id, version"],
        references={"organization_id": "organization", "replaces_id": "orglife_meeting"},
        indexes=["organization_id, held_on", "held_on"],
    )
    # At most one version of a record is in force, and at most one waits.
    op.execute(
        "create unique index orglife_meeting_in_force on orglife_meeting (tenant_id, series_id) where state = 'approved'"
    )
    op.execute(
        "create unique index orglife_meeting_waiting on orglife_meeting (tenant_id, series_id) "
        "where state in ('planned', 'draft', 'submitted')"
    )
    create_tenant_table(
        "orglife_attendance",
        """meeting_id uuid not null, person_id uuid not null,
        mark text not null check (mark in ('present', 'late', 'online', 'leave', 'absent', 'makeup', 'leave_makeup')),
        reason text not null, marked_by uuid, confirmed_at timestamptz, disputed text""",
        unique=["meeting_id, person_id"],
        references={"meeting_id": "orglife_meeting", "person_id": "person"},
        indexes=["person_id"],
    )
    create_tenant_table(
        "orglife_task",
        "meeting_id uuid not null, text text not null, owner_person_id uuid, due_on date, closed_on date",
        references={"meeting_id": "orglife_meeting", "owner_person_id": "person"},
        indexes=["meeting_id", "owner_person_id"],
    )
