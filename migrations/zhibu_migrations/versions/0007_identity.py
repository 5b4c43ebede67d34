"""Where tenants sign in, how accounts are enrolled, integrators' clients, and what back-channel logout has seen."""

from alembic import op

from zhibu_migrations.operations import begin, create_definer_function, create_reference_table, create_tenant_table

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """The claim of an issuer's organization is global: no two tenants may share one."""
    begin()
    create_reference_table(
        "global_identity_claim",
        "issuer text not null, organization text not null, tenant uuid not null, primary key (issuer, organization)",
        readable=False,
    )
    create_definer_function("claim_identity(given_issuer text, given_organization text)", "boolean", CLAIM)
    create_definer_function("release_identity(given_issuer text, given_organization text)", "void", RELEASE)
    create_tenant_table(
        "identity_source",
        """issuer text not null, organization text, realm text, client_id text not null, client_secret bytea, command_client text,
        level text, made_at timestamptz not null, off_since timestamptz""",
        unique=["issuer"],
    )
    create_tenant_table(
        "enrolment",
        """person_id uuid not null, code_hash bytea not null, made_by uuid, made_at timestamptz not null,
        expires_at timestamptz not null, used_at timestamptz""",
        unique=["code_hash"],
        references={"person_id": "person"},
        indexes=["person_id"],
    )
    create_tenant_table(
        "integrator",
        """name text not null, issuer text not null, client_id text not null, scopes text[] not null,
        made_at timestamptz not null, off_since timestamptz""",
        unique=["issuer, client_id"],
    )
    create_tenant_table(
        "logout_token",
        "issuer text not null, token_id text not null, expires_at timestamptz not null",
        unique=["issuer, token_id"],
        indexes=["expires_at"],
    )
    op.execute("alter table web_session add column session_id text, add column strong_until timestamptz")
    op.execute("alter table account add column factor_vouched_at timestamptz")


# The lock lets two claims at once see each other; an own realm ('') leaves no room beside it.
CLAIM = """begin
  lock table public.global_identity_claim in share row exclusive mode;
  if exists (select from public.global_identity_claim c where c.issuer = given_issuer and c.tenant <> app.tenant()
      and (c.organization = given_organization or c.organization = '' or given_organization = '')) then
    return false;
  end if;
  insert into public.global_identity_claim values (given_issuer, given_organization, app.tenant()) on conflict do nothing;
  return true;
end"""

RELEASE = """begin
  delete from public.global_identity_claim c
    where c.issuer = given_issuer and c.organization = given_organization and c.tenant = app.tenant();
end"""
