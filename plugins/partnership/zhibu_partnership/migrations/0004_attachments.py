"""Second attachments: what each side adds to a case of core's, and how guests attended at the host."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """An attachment has its case's id; a guest is named by the case alone, as the person is the other side's."""
    begin()
    create_tenant_table(
        "partnership_attachment",
        """reason text not null, contact text not null, reach text not null, is_moved boolean not null, was_mobile boolean not null,
        was_mobile_to text, clock_id uuid, clock_from date""",
    )
    create_tenant_table(
        "partnership_guest_mark",
        """case_id uuid not null, record_id uuid not null, held_on date not null, kinds text[] not null,
        mark text not null check (mark in ('present', 'late', 'leave', 'absent')), written_by uuid, written_at timestamptz not null""",
        unique=["case_id, record_id"],
        references={"case_id": "space_case"},
        indexes=["written_by where written_by is not null"],
    )
