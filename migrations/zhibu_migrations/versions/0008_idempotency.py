"""Answers to creating calls, kept for a day by their Idempotency-Key."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """A key belongs to who asked by which client; the answer is ciphertext and the request a keyed hash."""
    begin()
    create_tenant_table(
        "idempotency",
        """client text not null, actor_id uuid not null, key text collate "C" not null, request bytea not null,
        status smallint not null, answer bytea not null, written_at timestamptz not null""",
        unique=["client, actor_id, key"],
        indexes=["written_at"],
    )
