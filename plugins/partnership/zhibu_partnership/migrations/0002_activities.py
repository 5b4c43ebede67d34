"""What organizations of two tenants hold together: each side's own record of it, and its own roll."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """`series` is the activity's name on every side; no key leads to another tenant's row."""
    begin()
    create_tenant_table(
        "partnership_activity",
        """space_id uuid not null, series uuid not null, organization_id uuid not null, is_host boolean not null,
        state text not null check (state in ('invited', 'accepted', 'declined', 'settled', 'one_sided', 'cancelled')),
        title text not null check (title <> ''), kinds text[] not null, held_on date not null, starts_at text not null,
        ends_at text not null, place text not null, summary text not null, people bigint not null check (people >= 0),
        recorded_on date, reason text not null, confirmed_digest text, confirmed_by text, confirmed_at timestamptz,
        settled_on date, home_record_id uuid,
        written_by uuid""",
        unique=["space_id, series"],
        references={"space_id": "space", "organization_id": "organization"},
        indexes=["held_on", "organization_id, held_on"],
    )
    create_tenant_table(
        "partnership_answer",
        "activity_id uuid not null, party uuid not null, state text not null, digest text not null, at timestamptz not null",
        unique=["activity_id, party"],
        references={"activity_id": "partnership_activity"},
    )
    create_tenant_table(
        "partnership_present",
        "activity_id uuid not null, person_id uuid not null, mark text not null",
        unique=["activity_id, person_id"],
        references={"activity_id": "partnership_activity", "person_id": "person"},
        indexes=["person_id"],
    )
