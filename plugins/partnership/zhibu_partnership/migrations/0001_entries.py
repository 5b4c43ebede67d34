"""What organizations offer and need."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The public part of a row goes on core's board while the tenant's administrator says so."""
    begin()
    create_tenant_table(
        "partnership_entry",
        """organization_id uuid not null, kind text not null check (kind in ('offer', 'need')), category text not null,
        title text not null check (title <> ''), about text not null, place text not null, starts_on date,
        ends_on date check (ends_on >= starts_on), capacity bigint check (capacity > 0), valid_until date not null,
        said_at timestamptz not null, withdrawn_on date, written_by uuid""",
        references={"organization_id": "organization"},
        indexes=["said_at", "organization_id", "written_by where written_by is not null"],
    )
