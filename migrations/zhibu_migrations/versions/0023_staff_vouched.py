"""When somebody vouched for one of the staff is said to the microsecond: rounded seconds let a device in that was enrolled just after."""

from alembic import op

from zhibu_migrations.operations import begin, create_definer_function

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """As 0010, in microseconds since 1970."""
    begin()
    op.execute("drop function app.staff_vouched(text, text)")
    create_definer_function("staff_vouched(given_issuer text, given_subject text)", "bigint", VOUCHED)


VOUCHED = """begin
  return (select (extract(epoch from s.since) * 1000000)::bigint from public.global_staff s
    where s.issuer = given_issuer and s.subject = given_subject and s.off_since is null);
end"""
