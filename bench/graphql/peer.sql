-- What PostGraphile is given beside the tables, as its documentation has it: functions that it shows as fields.
create schema bench;
grant usage on schema bench to app_rt;
create function bench.people_below(code text) returns setof public.person language sql stable as $$
  select p.* from public.person p
  join public.membership m on m.tenant_id = p.tenant_id and m.person_id = p.id and m.until is null
  join public.organization o on o.tenant_id = m.tenant_id and o.id = m.organization_id
  where o.path >= (select n.path from public.organization n where n.code = people_below.code)
    and o.path < (select left(n.path, -1) || '0' from public.organization n where n.code = people_below.code) $$;
comment on function bench.people_below is '@behavior +orderBy +order +resource:connection:backwards';
grant execute on function bench.people_below to app_rt;

create function bench.organization_activities(place public.organization, since date, until date) returns setof public.fact
  language sql stable as $$
  select f.* from public.fact f where f.tenant_id = place.tenant_id and f.organization_id = place.id and f.kind = 'activity'
    and f.happened_on between since and until $$;
comment on function bench.organization_activities is '@behavior +orderBy +order +resource:connection:backwards';
grant execute on function bench.organization_activities to app_rt;

create type bench.sums as (members bigint, came bigint, recorded bigint, hours double precision);
create function bench.organization_sums(place public.organization) returns bench.sums language sql stable as $$
  with below as (select o.id from public.organization o
    where o.tenant_id = place.tenant_id and o.path >= place.path and o.path < left(place.path, -1) || '0')
  select row(
    (select count(*) from public.membership m where m.tenant_id = place.tenant_id and m.organization_id in (select id from below)
      and m.until is null),
    (select count(*) filter (where f.mark not in ('absent', 'leave')) from public.fact f where f.tenant_id = place.tenant_id
      and f.organization_id in (select id from below) and f.kind = 'attendance' and f.happened_on between '2026-08-03' and '2026-10-31'),
    (select count(*) from public.fact f where f.tenant_id = place.tenant_id
      and f.organization_id in (select id from below) and f.kind = 'attendance' and f.happened_on between '2026-08-03' and '2026-10-31'),
    (select coalesce(sum(f.quantity), 0) from public.fact f where f.tenant_id = place.tenant_id
      and f.organization_id in (select id from below) and f.kind = 'training' and f.happened_on between '2026-01-01' and '2026-12-31')
  )::bench.sums $$;
grant execute on function bench.organization_sums to app_rt;
