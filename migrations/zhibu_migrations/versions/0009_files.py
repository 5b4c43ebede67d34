"""Files: their rows, the sealed objects that hold their content, and uploads under way."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """A content is one object of a tenant; files name it by its SHA-256."""
    begin()
    create_tenant_table(
        "file",
        """name text not null, size bigint not null, sha256 text collate "C" not null, content_type text not null,
        state text not null check (state in ('waiting', 'clean', 'refused')), refused_for text, scanned_at timestamptz,
        object_type text collate "C" not null, object_id uuid not null,
        uploaded_by uuid, uploaded_at timestamptz not null, withdrawn_at timestamptz""",
        indexes=[
            "object_id",
            "sha256",
            "uploaded_by",
            "uploaded_at where state = 'waiting'",
            "withdrawn_at where withdrawn_at is not null",
        ],
    )
    create_tenant_table(
        "file_object",
        """sha256 text collate "C" not null, name text collate "C" not null, size bigint not null,
        suite text not null, key bytea not null, put_at timestamptz not null""",
        unique=["sha256", "name"],
    )
    create_tenant_table(
        "file_upload",
        """name text not null, size bigint not null, received bigint not null, parts jsonb not null,
        suite text not null, key bytea not null, object_type text collate "C" not null, object_id uuid not null,
        started_by uuid not null, touched_at timestamptz not null""",
        indexes=["touched_at"],
    )
