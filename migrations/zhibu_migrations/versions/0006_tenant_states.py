"""The states of a tenant's life: being imported, open, suspended, being erased."""

from alembic import op

from zhibu_migrations.operations import begin

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    """Only the owner changes a state, so the runtime role gains nothing."""
    begin()
    op.execute("alter table global_tenant drop constraint global_tenant_state_check")
    op.execute(
        "alter table global_tenant add constraint global_tenant_state_check "
        "check (state in ('importing', 'open', 'suspended', 'erasing'))"
    )
