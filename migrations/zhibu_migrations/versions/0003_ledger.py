"""Facts and what ended them, waivers, the tenant's layer of rules, the audit, and imports."""

from zhibu_migrations.operations import begin, create_tenant_table

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Facts, their ends and the audit can be added to and read, never changed."""
    begin()
    create_tenant_table(
        "fact",
        """kind text collate "C" not null, organization_id uuid not null, person_id uuid, happened_on date not null, started_at timestamptz,
        until_on date, quantity double precision, mark text, grp text,
        grade text not null, record_type text not null, record_id uuid not null,
        source text not null, detail jsonb, written_by uuid, written_at timestamptz not null""",
        references={"organization_id": "organization", "person_id": "person"},
        indexes=[
            "kind, organization_id, happened_on",
            "organization_id, happened_on",
            "record_id",
            "person_id, kind where person_id is not null",
        ],
        append_only=True,
    )
    create_tenant_table(
        "fact_end",
        """fact_id uuid not null, reason text not null check (reason in ('superseded', 'retracted')), note text not null, ended_by uuid,
        ended_at timestamptz not null""",
        unique=["fact_id"],
        references={"fact_id": "fact"},
        append_only=True,
    )
    create_tenant_table(
        "duty_waiver",
        """rule text not null, organization_id uuid not null, person_id uuid, "window" text not null, grp text not null,
        reason text not null,
        waived_by uuid not null, waived_at timestamptz not null""",
        references={"organization_id": "organization", "person_id": "person"},
        indexes=["organization_id, rule"],
    )
    create_tenant_table(
        "rule_layer",
        "rule text not null, effective_from date not null, parameters jsonb not null, reason text not null, written_by uuid",
        unique=["rule, effective_from"],
    )
    create_tenant_table(
        "audit_entry",
        """at timestamptz not null, actor_id uuid, acting_for uuid, action text not null, object_type text not null, object_id uuid,
        fields text[] not null, purpose text, request_id text not null, client text not null""",
        indexes=["at", "object_id, at"],
        append_only=True,
    )
    create_tenant_table(
        "import_run",
        """file_names text[] not null, file_hashes text[] not null, state text not null, counts jsonb not null, preview jsonb,
        started_by uuid, started_at timestamptz not null, finished_at timestamptz""",
        indexes=["started_at"],
    )
