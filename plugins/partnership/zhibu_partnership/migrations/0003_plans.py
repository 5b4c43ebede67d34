"""What a partnership means to do in a year: each side's own goals and its own tasks."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """`agreed` are the goals on which all sides said the same last; what another side says is a copy and never here."""
    begin()
    create_tenant_table(
        "partnership_plan",
        """space_id uuid not null, year bigint not null check (year between 2000 and 2200), organization_id uuid not null,
        aim text not null, held bigint not null check (held >= 0), people bigint not null check (people >= 0),
        needs bigint not null check (needs >= 0), offers bigint not null check (offers >= 0), agreed jsonb, agreed_on date,
        written_by uuid""",
        unique=["space_id, year"],
        references={"space_id": "space", "organization_id": "organization"},
        indexes=["organization_id", "written_by where written_by is not null"],
    )
    create_tenant_table(
        "partnership_task",
        """plan_id uuid not null, organization_id uuid not null, person_id uuid, title text not null check (title <> ''),
        due_on date not null, state text not null check (state in ('open', 'done', 'dropped')),
        done_on date check ((state = 'done') = (done_on is not null)), note text not null, reason text not null,
        activity_id uuid, entry_id uuid, written_by uuid""",
        references={
            "plan_id": "partnership_plan",
            "organization_id": "organization",
            "person_id": "person",
            "activity_id": "partnership_activity",
            "entry_id": "partnership_entry",
        },
        indexes=[
            "plan_id, due_on",
            "organization_id, due_on",
            "person_id where person_id is not null",
            "written_by where written_by is not null",
            "due_on where state = 'open'",
        ],
    )
