"""Powers: who granted a role, tenants' own roles, reviews of access, and the platform's staff with their entries."""

from alembic import op

from zhibu_migrations.operations import begin, create_definer_function, create_reference_table, create_tenant_table

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Staff belong to no tenant; that one lets them in is a row of the tenant's own."""
    begin()
    op.execute(
        "alter table role_grant add column granted_by uuid, add column granted_at timestamptz, add column delegated_from uuid"
    )
    create_tenant_table(
        "tenant_role",
        """key text collate "C" not null, name_zh text not null, name_en text not null, actions text[] not null, made_by uuid,
        made_at timestamptz not null, ended_at timestamptz""",
        unique=["key"],
    )
    create_tenant_table(
        "access_review",
        """grant_id uuid not null, decision text not null check (decision in ('confirmed', 'ended')),
        reviewed_on date not null, reviewed_by uuid""",
        references={"grant_id": "role_grant"},
        indexes=["grant_id, reviewed_on"],
        append_only=True,
    )
    create_tenant_table(
        "staff_entry",
        """staff_id uuid not null, staff_name text not null, reason text not null, covers text[] not null,
        asked_at timestamptz not null, starts_at timestamptz, ends_at timestamptz not null, approved_by uuid,
        ended_at timestamptz, ended_by uuid, check (ends_at > asked_at)""",
        indexes=["staff_id", "ends_at"],
    )
    _staff()


def _staff() -> None:
    """The runtime role reads neither table: by a session's own secret it learns whose it is, and nothing else."""
    create_reference_table(
        "global_staff",
        """id uuid primary key, issuer text not null, subject text not null, name text not null, since timestamptz not null,
        off_since timestamptz, unique (issuer, subject)""",
        readable=False,
    )
    create_reference_table(
        "global_staff_session",
        """secret_hash bytea primary key, staff uuid not null, expires_at timestamptz not null, strong_until timestamptz""",
        readable=False,
    )
    create_definer_function(
        "open_staff_session(given_hash bytea, given_issuer text, given_subject text, given_expires bigint, given_strong bigint)",
        "uuid",
        OPEN,
    )
    create_definer_function("close_staff_session(given_hash bytea)", "void", CLOSE)
    create_definer_function("staff_of_session(given_hash bytea)", "text", WHOSE)
    create_definer_function("staff_vouched(given_issuer text, given_subject text)", "bigint", VOUCHED)


# Seconds since 1970; bigint keeps the signature within the 63 characters that the catalog audit compares.
OPEN = """declare
  found uuid;
begin
  delete from public.global_staff_session l where l.expires_at < now();
  select s.id into found from public.global_staff s
    where s.issuer = given_issuer and s.subject = given_subject and s.off_since is null;
  if found is not null then
    insert into public.global_staff_session values (given_hash, found, to_timestamp(given_expires), to_timestamp(given_strong));
  end if;
  return found;
end"""

CLOSE = """begin
  delete from public.global_staff_session l where l.secret_hash = given_hash;
end"""

WHOSE = """begin
  return (select json_build_object('id', s.id, 'name', s.name, 'strong', l.strong_until is null or l.strong_until > now())
    from public.global_staff_session l join public.global_staff s on s.id = l.staff
    where l.secret_hash = given_hash and l.expires_at > now() and s.off_since is null);
end"""

VOUCHED = """begin
  return (select extract(epoch from s.since)::bigint from public.global_staff s
    where s.issuer = given_issuer and s.subject = given_subject and s.off_since is null);
end"""
