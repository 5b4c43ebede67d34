"""What the console asks of a process with the owner's address: suspending, resuming and erasing a tenant."""

from alembic import op

from zhibu_migrations.operations import begin, create_definer_function

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """The runtime role adds to the list and reads it in the name of a staff session only, and changes nothing in it."""
    begin()
    op.execute(
        """create table jobs.tenant_deed (id uuid primary key, tenant uuid not null, slug text collate "C" not null,
        deed text not null check (deed in ('suspend', 'resume', 'erase')), reason text not null, staff uuid not null,
        asked_at timestamptz not null, state text not null check (state in ('waiting', 'running', 'done', 'failed')),
        taken_at timestamptz, finished_at timestamptz, told_zh text, told_en text)"""
    )
    op.execute(
        "create unique index tenant_deed_open on jobs.tenant_deed (tenant) where state in ('waiting', 'running')"
    )
    op.execute("create index tenant_deed_asked on jobs.tenant_deed (asked_at)")
    op.execute("grant select on jobs.tenant_deed to app_backup")
    op.execute("grant select, insert on jobs.tenant_deed to app_definer")
    create_definer_function(
        "ask_deed(given_hash bytea, given_id uuid, of_tenant uuid, what text, why text)", "uuid", ASK
    )
    create_definer_function("asked_deeds(given_hash bytea, of_tenant uuid, most integer)", "text", ASKED)


# None for whoever is not of the staff, or has not given the second factor; the tenant's name is taken from its own row.
ASK = """declare
  found uuid;
begin
  select s.id into found from public.global_staff_session l join public.global_staff s on s.id = l.staff
    where l.secret_hash = given_hash and l.expires_at > now() and s.off_since is null
      and (l.strong_until is null or l.strong_until > now());
  if found is null then
    return null;
  end if;
  insert into jobs.tenant_deed (id, tenant, slug, deed, reason, staff, asked_at, state)
    select given_id, t.id, t.slug, what, why, found, now(), 'waiting' from public.global_tenant t where t.id = of_tenant
    on conflict (tenant) where state in ('waiting', 'running') do nothing;
  return (select d.id from jobs.tenant_deed d where d.id = given_id);
end"""

# The newest first; nothing for whoever is not of the staff. Without a tenant, those of all.
ASKED = """begin
  return (select json_agg(n) from (
    select d.id, d.tenant, d.slug, d.deed, d.reason, d.asked_at, d.state, d.finished_at, d.told_zh, d.told_en
    from jobs.tenant_deed d
    where (of_tenant is null or d.tenant = of_tenant) and exists (
      select from public.global_staff_session l join public.global_staff s on s.id = l.staff
      where l.secret_hash = given_hash and l.expires_at > now() and s.off_since is null
        and (l.strong_until is null or l.strong_until > now()))
    order by d.asked_at desc, d.id desc limit most) n);
end"""
