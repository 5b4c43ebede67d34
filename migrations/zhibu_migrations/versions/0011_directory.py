"""What a campus or HR directory writes by SCIM: its users and groups, who is in which, and what it did each day."""

from alembic import op

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0011"
down_revision = "0010"

KEYS = ("user_key", "external_id", "employee_number", "person_id")
"""Each names one user of the directory at a time; a user that was deleted gives them free."""


def upgrade() -> None:
    """The directory's own words stand apart from the person, so that it reads back what it wrote and no more."""
    begin()
    op.execute("alter table person add column sign_in_off_since timestamptz")
    create_tenant_table(
        "directory_user",
        """person_id uuid not null, external_id text collate "C", user_name text not null, user_key text collate "C" not null,
        display_name text not null, display_key text collate "C" not null, employee_number text collate "C", title text,
        is_active boolean, version integer not null, created_at timestamptz not null, changed_at timestamptz not null,
        ended_at timestamptz""",
        references={"person_id": "person"},
        indexes=["display_key", "person_id"],
    )
    for key in KEYS:
        op.execute(
            f"create unique index directory_user_{key} on directory_user (tenant_id, {key}) where ended_at is null"
        )
    create_tenant_table(
        "directory_group",
        """external_id text collate "C", display_name text not null, display_key text collate "C" not null,
        version integer not null, created_at timestamptz not null, changed_at timestamptz not null""",
        unique=["external_id"],
        indexes=["display_key"],
    )
    create_tenant_table(
        "directory_member",
        "group_id uuid not null, user_id uuid not null",
        unique=["group_id, user_id"],
        references={"group_id": "directory_group", "user_id": "directory_user"},
        indexes=["user_id"],
    )
    create_tenant_table(
        "directory_day",
        """client text not null, day date not null, written bigint not null, refused bigint not null,
        last_at timestamptz not null, last_refusal text""",
        unique=["client, day"],
        indexes=["day"],
    )
