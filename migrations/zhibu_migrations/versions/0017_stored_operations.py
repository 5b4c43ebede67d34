"""Stored operations: documents of the API that clients name by their hash."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """One row a document; `hash` is the SHA-256 of its text, in hexadecimal."""
    begin()
    create_tenant_table(
        "stored_operation",
        """hash text collate "C" not null check (length(hash) = 64), name text not null, document text not null,
        stored_at timestamptz not null""",
        unique=["hash"],
    )
