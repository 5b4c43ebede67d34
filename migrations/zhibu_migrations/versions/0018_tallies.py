"""Tallies of facts and of members, each organization's own, which dashboards add up."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """They are filled by the next migration, tenant by tenant.

    A subtree is one range of the index by paths, which holds what dashboards add up: of facts within each month asked for.
    """
    begin()
    create_tenant_table(
        "fact_tally",
        """organization_id uuid not null, path text collate "C" not null, kind text collate "C" not null, month date not null,
        day date not null, facts integer not null, counted integer not null, quantity integer not null,
        counted_quantity integer not null""",
        unique=["organization_id, kind, day"],
        references={"organization_id": "organization"},
        indexes=["kind, month, path, day, facts, counted, counted_quantity"],
    )
    create_tenant_table(
        "member_tally",
        """path text collate "C" not null, members integer not null, full_members integer not null, probationary integer not null,
        mobile integer not null, asked integer not null""",
        references={"id": "organization"},
        indexes=["path, members, asked"],
    )
