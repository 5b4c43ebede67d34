"""Exports may be ended before their last day."""

from alembic import op

from zhibu_migrations.operations import begin

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Checked apart from being added, so that nobody waits while old rows are looked at."""
    begin()
    op.execute("alter table export drop constraint export_state_check")
    op.execute(
        "alter table export add constraint export_state_check "
        "check (state in ('waiting', 'ready', 'refused', 'expired', 'ended')) not valid"
    )
    op.execute("alter table export validate constraint export_state_check")
