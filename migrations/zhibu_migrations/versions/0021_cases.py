"""Cases between tenants: each side's own row of a matter about one person, and both sides' steps."""

from alembic import op

from zhibu_migrations.operations import add_tenant_index, begin, create_tenant_table

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """A case has one id on both sides; no key leads to another tenant's row. Arrivals now say of which record they are."""
    begin()
    create_tenant_table(
        "space_case",
        """space_id uuid not null, kind text collate "C" not null, is_own boolean not null, party uuid not null,
        organization_id uuid not null, person_id uuid, answer_by date not null, starts_on date not null, until_on date not null,
        state text collate "C" not null, is_open boolean not null, due_on date, lapses_on date, tip_id uuid,
        opened_at timestamptz not null, changed_at timestamptz not null""",
        references={"space_id": "space", "organization_id": "organization", "person_id": "person"},
        indexes=["space_id", "opened_at where is_open", "person_id where person_id is not null", "organization_id"],
    )
    create_tenant_table(
        "space_case_step",
        """case_id uuid not null, parent_id uuid, name text collate "C" not null, side uuid, by_name text not null, by_person uuid,
        happened_on date not null, at timestamptz not null, note text not null""",
        references={"case_id": "space_case"},
        indexes=["case_id", "by_person where by_person is not null"],
    )
    op.execute("alter table space_arrival add column subject uuid")
    add_tenant_index("space_arrival", "subject where subject is not null", 3)
    add_tenant_index("space_envelope", "subject where subject is not null", 4)
