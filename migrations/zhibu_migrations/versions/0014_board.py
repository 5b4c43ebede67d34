"""The board: what consenting tenants offer and need in public (tenancy-security.md 4.6)."""

from alembic import op

from zhibu_migrations.operations import begin, create_definer_function, create_reference_table

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Global, as everybody on the platform may read it; a line is known by its tenant and that tenant's own id."""
    begin()
    create_reference_table(
        "global_board_line",
        """tenant uuid not null, id uuid not null,
        organization text not null check (char_length(organization) between 1 and 200), code text not null,
        kind text not null check (kind in ('offer', 'need')),
        category text not null check (category in ('lecture', 'base', 'expert', 'internship', 'service', 'joint_study')),
        title text not null check (char_length(title) between 1 and 60), about text not null check (char_length(about) <= 600),
        place text not null check (char_length(place) <= 60), place_key text collate "C" not null,
        starts_on date, ends_on date check (ends_on >= starts_on),
        capacity bigint check (capacity between 1 and 100000), valid_until date not null, said_at timestamptz not null,
        primary key (tenant, id)""",
    )
    op.execute("create index global_board_line_newest on global_board_line (said_at desc, id desc)")
    op.execute("create index global_board_line_sort on global_board_line (kind, category, said_at desc, id desc)")
    create_definer_function("say_on_board(gone uuid[], said jsonb)", "bigint", SAY)


# Takes the tenant from the binding: nobody can speak, or be silenced, for another.
SAY = """declare
  lines bigint;
begin
  if app.tenant() is null then
    raise exception 'no tenant is bound' using errcode = 'insufficient_privilege';
  end if;
  delete from public.global_board_line b where b.tenant = app.tenant() and (gone is null or b.id = any(gone));
  insert into public.global_board_line (tenant, id, organization, code, kind, category, title, about, place, place_key,
      starts_on, ends_on, capacity, valid_until, said_at)
    select app.tenant(), s.id, s.organization, s.code, s.kind, s.category, s.title, s.about, s.place, s.place_key,
      s.starts_on, s.ends_on, s.capacity, s.valid_until, s.said_at
    from jsonb_to_recordset(said) as s (id uuid, organization text, code text, kind text, category text, title text, about text, place text,
      place_key text, starts_on date, ends_on date, capacity bigint, valid_until date, said_at timestamptz);
  get diagnostics lines = row_count;
  return lines;
end"""
