"""A line of the board says its instant no later than now: a tenant that writes its own could stand first for ever."""

from alembic import op

from zhibu_migrations.operations import begin, create_definer_function

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """As 0014, with the instant bounded by the clock of the database; lines that stand are bounded too."""
    begin()
    op.execute("update global_board_line set said_at = now() where said_at > now()")
    op.execute("drop function app.say_on_board(uuid[], jsonb)")
    create_definer_function("say_on_board(gone uuid[], said jsonb)", "bigint", SAY)


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
      s.starts_on, s.ends_on, s.capacity, s.valid_until, least(s.said_at, now())
    from jsonb_to_recordset(said) as s (id uuid, organization text, code text, kind text, category text, title text, about text, place text,
      place_key text, starts_on date, ends_on date, capacity bigint, valid_until date, said_at timestamptz);
  get diagnostics lines = row_count;
  return lines;
end"""
