"""Fills the tallies of tenants that were there before them, each in a transaction of its own."""

from alembic import op
from sqlalchemy import Connection, text

from zhibu_migrations.operations import begin

revision = "0019"
down_revision = "0018"

_TENANTS = text("select id from global_tenant order by id")
_BIND = text("select app.bind(:t)")
_FORGET = (text("delete from fact_tally where tenant_id = :t"), text("delete from member_tally where tenant_id = :t"))
_COUNTED = """(case when f.kind = 'attendance' then coalesce(f.mark in ('present', 'late', 'online'), false)
  else coalesce(f.detail->>'counted', 'true') = 'true' end)"""
_THOUSANDTHS = "round(coalesce(f.quantity, 0) * 1000)::integer"
_FACTS = text(
    f"""insert into fact_tally (tenant_id, id, organization_id, path, kind, month, day, facts, counted, quantity, counted_quantity)
    select c.tenant_id, gen_random_uuid(), c.organization_id, o.path, c.kind, date_trunc('month', c.day)::date, c.day, c.facts,
      c.counted, c.quantity, c.counted_quantity
    from (select f.tenant_id, f.organization_id, f.kind,
        case when f.quantity is null then f.happened_on else date_trunc('year', f.happened_on)::date end as day,
        count(*) as facts, count(*) filter (where {_COUNTED}) as counted,
        sum({_THOUSANDTHS})::integer as quantity,
        coalesce(sum({_THOUSANDTHS}) filter (where {_COUNTED}), 0)::integer as counted_quantity
      from fact f where f.tenant_id = :t and f.kind in ('activity', 'attendance', 'training')
        and not exists (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id)
      group by 1, 2, 3, 4) c
    join organization o on o.tenant_id = c.tenant_id and o.id = c.organization_id"""  # noqa: S608 only our own fragments
)
_MEMBERS = text(
    """insert into member_tally (tenant_id, id, path, members, full_members, probationary, mobile, asked)
    select o.tenant_id, o.id, o.path, count(m.id),
      count(m.id) filter (where m.member_class = 'full_member' and m.status in ('normal', 'restored')),
      count(m.id) filter (where m.member_class = 'probationary' and m.status in ('normal', 'restored')),
      count(m.id) filter (where m.is_mobile and m.status in ('normal', 'restored')),
      count(m.id) filter (where m.status = 'normal' and not m.is_lost and not m.is_mobile and not m.is_exempt)
    from organization o left join membership m on m.tenant_id = o.tenant_id and m.organization_id = o.id and m.until is null
    where o.tenant_id = :t group by o.tenant_id, o.id, o.path"""
)


def upgrade() -> None:
    """Row security binds the owner too, so each tenant is bound in turn; what broke off begins anew."""
    begin()
    context = op.get_context()
    if context.as_sql:
        return  # nobody knows the tenants of a database that is not there
    with context.autocommit_block():
        connection = op.get_bind()
        for tenant in connection.scalars(_TENANTS).all():
            _fill(connection, {"t": tenant})


def _fill(connection: Connection, values: dict[str, object]) -> None:
    connection.exec_driver_sql("begin")
    try:
        for statement in (_BIND, *_FORGET, _FACTS, _MEMBERS):
            connection.execute(statement, values)
    except BaseException:
        connection.exec_driver_sql("rollback")
        raise
    connection.exec_driver_sql("commit")
