"""Training entries and required courses."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Both tables stand on core's people and organizations."""
    begin()
    create_tenant_table(
        "learning_training",
        """person_id uuid not null, organization_id uuid not null, day date not null,
        hours double precision not null check (hours >= 0 and hours <= 24), category text not null,
        form text not null check (form in ('session', 'certificate', 'online', 'self_study')), form_name text not null,
        organiser text not null, evidence text not null, course text collate "C" not null, confirmed boolean not null,
        occurrence integer not null check (occurrence > 0), withdrawn_on date, written_by uuid""",
        unique=["person_id, day, form_name, category, course, occurrence"],
        references={"person_id": "person", "organization_id": "organization"},
        indexes=["organization_id, day"],
    )
    create_tenant_table(
        "learning_course",
        """code text collate "C" not null, name text not null, hours double precision check (hours >= 0), category text not null,
        deadline date, audience text not null, organization_id uuid, written_by uuid""",
        unique=["code"],
        references={"organization_id": "organization"},
        indexes=["deadline"],
    )
