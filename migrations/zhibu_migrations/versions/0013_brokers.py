"""A tenant's own identity provider behind Keycloak, and the day on which an integrator was last heard of."""

from alembic import op

from zhibu_migrations.operations import begin

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """`broker` is what Keycloak should hold under `broker_alias`, as JSON without the secret, which is sealed beside it."""
    begin()
    op.execute(
        "alter table identity_source add column broker_alias text, add column broker text, add column broker_secret bytea"
    )
    op.execute("alter table integrator add column last_used_on date")
