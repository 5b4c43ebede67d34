"""Exports of personal data: what was asked for and what for, for whom, who is in it, and who took it."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """The register outlives the files; who is in an export and who took it can be added to and never changed."""
    begin()
    create_tenant_table(
        "export",
        """number text collate "C" not null, kind text collate "C" not null, fields text[] not null, filters jsonb not null,
        place text not null, paths text[] not null, purpose text not null, format text not null check (format in ('csv', 'xlsx')),
        recipients text[] not null, line_count integer not null, person_count integer not null, is_sensitive boolean not null,
        state text not null check (state in ('waiting', 'ready', 'refused', 'expired')), key bytea not null,
        asked_by uuid, asked_at timestamptz not null, expires_on date not null, is_approved boolean not null,
        decided_by uuid, decided_at timestamptz, reason text""",
        unique=["number"],
        indexes=["asked_at", "asked_by, asked_at", "expires_on where state in ('waiting', 'ready')"],
    )
    create_tenant_table(
        "export_recipient",
        """export_id uuid not null, place integer not null, name text not null, key bytea not null,
        file_id uuid, file_sha256 text collate "C", file_size bigint""",
        unique=["export_id, place"],
        references={"export_id": "export"},
        indexes=["file_sha256 where file_sha256 is not null"],
    )
    create_tenant_table(
        "export_person",
        "export_id uuid not null, person_id uuid not null, digests bytea not null",
        unique=["export_id, person_id"],
        references={"export_id": "export"},
        indexes=["person_id"],
        append_only=True,
    )
    create_tenant_table(
        "export_download",
        """export_id uuid not null, recipient_id uuid not null, taken_by uuid, taken_at timestamptz not null,
        client text not null""",
        references={"export_id": "export", "recipient_id": "export_recipient"},
        indexes=["export_id, taken_at"],
        append_only=True,
    )
