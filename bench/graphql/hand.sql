-- The floor's statements, one an operation: what somebody would write by hand for the answers that our API gives. $1 is the tenant.

-- member: uuid, text
select json_build_object('members', json_build_object('edges', coalesce((
  select json_agg(json_build_object('node', json_build_object(
    'name', p.name, 'number', p.number, 'class', m.member_class, 'organization', json_build_object('code', o.code, 'name', o.name),
    'facts', json_build_object('edges', coalesce((
      select json_agg(json_build_object('node', json_build_object('happenedOn', f.happened_on, 'mark', f.mark))) from (
        select f.happened_on, f.mark from fact f
        where f.tenant_id = $1 and f.person_id = p.id and f.kind = 'attendance'
          and not exists (select from fact_end e where e.tenant_id = $1 and e.fact_id = f.id)
        order by f.happened_on desc, f.id desc limit 10) f), '[]')))))
  from person p join membership m on m.tenant_id = $1 and m.person_id = p.id and m.until is null
  join organization o on o.tenant_id = $1 and o.id = m.organization_id
  where p.tenant_id = $1 and p.number = $2), '[]')))::text

-- below: uuid, text, text, uuid
select json_build_object('organization', json_build_object('name', n.name, 'members', json_build_object(
    'pageInfo', json_build_object('hasNextPage', x.more, 'endCursor', x.cursor), 'edges', x.edges)))::text
from organization n, lateral (
  select count(*) > 100 as more,
    (array_agg(rtrim(translate(encode(convert_to('["' || y.sort_name || '","' || y.id || '"]', 'UTF8'), 'base64'), E'+/\n', '-_'), '=')
      order by y.sort_name, y.id))[least(count(*), 100)] as cursor,
    json_agg(json_build_object('node', json_build_object('name', y.name, 'number', y.number, 'organization', json_build_object('name', y.branch),
      'facts', json_build_object('totalCount', (
        select count(*) from fact f where f.tenant_id = $1 and f.person_id = y.id and f.kind = 'attendance'
          and not exists (select from fact_end e where e.tenant_id = $1 and e.fact_id = f.id))))) order by y.sort_name, y.id)
      filter (where y.place <= 100) as edges
  from (
    select p.id, p.name, p.number, p.sort_name, o.name as branch, row_number() over (order by p.sort_name, p.id) as place
    from membership m join person p on p.tenant_id = $1 and p.id = m.person_id
    join organization o on o.tenant_id = $1 and o.id = m.organization_id
    where m.tenant_id = $1 and m.until is null and o.path >= n.path and o.path < left(n.path, -1) || '0'
      and ($3 is null or (p.sort_name, p.id) > ($3, $4))
    order by p.sort_name, p.id limit 101) y) x
where n.tenant_id = $1 and n.code = $2

-- viewer: uuid
select json_build_object('viewer', json_build_object('name', p.name, 'today', date '2026-10-31', 'tenant', json_build_object('name', t.name),
  'roles', (select json_agg(json_build_object('role', g.role, 'organization', null)) from role_grant g
    where g.tenant_id = $1 and g.person_id = p.id)))::text
from account a join person p on p.tenant_id = $1 and p.id = a.person_id join global_tenant t on t.id = $1
where a.tenant_id = $1 and a.subject = 'organizer'

-- register: uuid, text
select json_build_object('organization', json_build_object('members', json_build_object(
  'totalCount', (select count(*) from membership m where m.tenant_id = $1 and m.organization_id = n.id and m.until is null),
  'edges', coalesce((select json_agg(json_build_object('node', json_build_object('name', y.name, 'number', y.number, 'class', y.member_class,
      'status', y.status, 'joinedOn', y.joined_on, 'partyPost', y.party_post)) order by y.sort_name, y.id)
    from (select p.*, m.member_class, m.status, m.joined_on, m.party_post from membership m
      join person p on p.tenant_id = $1 and p.id = m.person_id
      where m.tenant_id = $1 and m.organization_id = n.id and m.until is null order by p.sort_name, p.id limit 25) y), '[]'))))::text
from organization n where n.tenant_id = $1 and n.code = $2

-- branch: uuid, text
select json_build_object('organization', json_build_object('name', n.name, 'kind', n.kind, 'foundedOn', n.founded_on,
  'parent', (select json_build_object('name', u.name) from organization u where u.tenant_id = $1 and u.id = n.parent_id),
  'terms', (select json_agg(json_build_object('number', t.number, 'startsOn', t.starts_on, 'endsOn', t.ends_on) order by t.starts_on desc)
    from term t where t.tenant_id = $1 and t.organization_id = n.id),
  'positions', (select json_agg(json_build_object('role', q.role, 'member', json_build_object('name', p.name)))
    from position q join person p on p.tenant_id = $1 and p.id = q.person_id
    where q.tenant_id = $1 and q.organization_id = n.id and q.until is null)))::text
from organization n where n.tenant_id = $1 and n.code = $2

-- tree: uuid, text
select json_build_object('organization', json_build_object('name', n.name, 'children', json_build_object('edges', (
  select json_agg(json_build_object('node', json_build_object('code', o.code, 'name', o.name, 'kind', o.kind)) order by o.path)
  from organization o where o.tenant_id = $1 and o.parent_id = n.id and o.abolished_on is null))))::text
from organization n where n.tenant_id = $1 and n.code = $2

-- activities: uuid, text
select json_build_object('organization', json_build_object('facts', json_build_object(
  'totalCount', (select count(*) from fact f where f.tenant_id = $1 and f.organization_id = n.id and f.kind = 'activity'
    and f.happened_on between '2026-07-01' and '2026-09-30' and not exists (select from fact_end e where e.tenant_id = $1 and e.fact_id = f.id)),
  'edges', coalesce((select json_agg(json_build_object('node', json_build_object('happenedOn', y.happened_on, 'untilOn', y.until_on,
      'grade', y.grade)) order by y.happened_on desc, y.id desc)
    from (select f.* from fact f where f.tenant_id = $1 and f.organization_id = n.id and f.kind = 'activity'
        and f.happened_on between '2026-07-01' and '2026-09-30'
        and not exists (select from fact_end e where e.tenant_id = $1 and e.fact_id = f.id)
      order by f.happened_on desc, f.id desc limit 50) y), '[]'))))::text
from organization n where n.tenant_id = $1 and n.code = $2

-- dashboard: uuid
select json_build_object('organizations', json_build_object('edges', (
  select json_agg(json_build_object('node', json_build_object('code', n.code, 'name', n.name, 'sums', json_build_object(
    'members', (select coalesce(sum(m.members), 0) from member_tally m where m.tenant_id = $1 and m.path >= n.path and m.path < left(n.path, -1) || '0'),
    'came', a.came, 'recorded', a.recorded, 'hours', t.hours))) order by n.path)
  from organization n, lateral (
    select coalesce(sum(f.counted), 0) as came, coalesce(sum(f.facts), 0) as recorded from fact_tally f
    where f.tenant_id = $1 and f.kind = 'attendance' and f.month in ('2026-08-01', '2026-09-01', '2026-10-01')
      and f.day between '2026-08-03' and '2026-10-31' and f.path >= n.path and f.path < left(n.path, -1) || '0') a, lateral (
    select (coalesce(sum(f.counted_quantity), 0) / 1000)::double precision as hours from fact_tally f
    where f.tenant_id = $1 and f.kind = 'training' and f.month = '2026-01-01' and f.path >= n.path and f.path < left(n.path, -1) || '0') t
  where n.tenant_id = $1 and n.kind = 'general_branch' and n.abolished_on is null)))::text
