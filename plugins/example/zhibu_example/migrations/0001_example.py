"""Notes and the list of books."""

from alembic import op

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Both tables by the one helper, which brings row security and the runtime role's rights."""
    begin()
    create_tenant_table(
        "example_note",
        """organization_id uuid not null, read_on date not null, book text collate "C" not null check (book <> ''),
        thought text not null, withdrawn_on date, written_by uuid""",
        references={"organization_id": "organization"},
        indexes=["read_on"],
    )
    op.execute(
        "create unique index example_note_in_force on example_note (tenant_id, organization_id, read_on, book) "
        "where withdrawn_on is null"
    )
    create_tenant_table(
        "example_book",
        'title text collate "C" not null, times integer not null check (times > 0), last_read_on date not null',
        unique=["title"],
    )
