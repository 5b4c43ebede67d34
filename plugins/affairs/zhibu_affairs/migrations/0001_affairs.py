"""Development cases with their steps, and the dues ledger."""

from alembic import op

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Cases before the steps that stand on them."""
    begin()
    create_tenant_table(
        "affairs_case",
        """person_id uuid not null, organization_id uuid not null, contacts text[], introducers text[],
        review_result text check (review_result in ('passed', 'failed', 'pending')), train_hours integer,
        voters integer, voters_present integer, yes integer, ballot text, approver text, full_request_on date,
        extension_months integer, note text not null""",
        unique=["person_id"],
        references={"person_id": "person", "organization_id": "organization"},
        indexes=["organization_id"],
    )
    create_tenant_table(
        "affairs_step",
        """case_id uuid not null, step text collate "C" not null, on_date date not null,
        rules text not null check (rules in ('2014', '2026'))""",
        references={"case_id": "affairs_case"},
        indexes=["case_id"],
    )
    op.execute(
        "create unique index affairs_step_once on affairs_step (tenant_id, case_id, step) where step <> 'half_year_review'"
    )
    create_tenant_table(
        "affairs_dues",
        """person_id uuid not null, organization_id uuid not null, month date not null, payer text, base_fen bigint, due_fen bigint,
        paid_fen bigint, paid_on date, way text not null""",
        unique=["person_id, month"],
        references={"person_id": "person", "organization_id": "organization"},
        indexes=["organization_id, month"],
    )
