"""What is recorded of a person is read by day and counted from the index alone: lists of members ask both for each of them."""

from alembic import op

from zhibu_migrations.operations import add_tenant_index, begin

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """The index by person and kind of 0003, in the order of the pages; `id` is what ended facts are known by."""
    begin()
    op.execute("drop index fact_i4")
    add_tenant_index("fact", "person_id, kind, happened_on, id where person_id is not null", 4)
