"""Scores as they were computed, with what they were made of."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Old values are kept: the table can be added to and read, never changed."""
    begin()
    create_tenant_table(
        "capability_score",
        """organization_id uuid not null, starts_on date not null, ends_on date not null, n integer not null,
        raw_open double precision, raw_strict double precision, inputs jsonb not null, parts jsonb not null, result jsonb not null,
        versions jsonb not null, computed_at timestamptz not null, check (ends_on >= starts_on)""",
        references={"organization_id": "organization"},
        indexes=["organization_id, starts_on, ends_on, id", "starts_on, ends_on, organization_id, id"],
        append_only=True,
    )
