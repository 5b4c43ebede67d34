-- One tenant's rows, set-wise, in the shape of performance.md. Run by the administrator; data.py fills in the words after colons.
insert into organization (tenant_id, id, code, name, short_name, kind, parent_id, path, founded_on, founded_precision,
    has_committee, unit, type)
select :tenant, pg_temp.row_id(:organization, 0), '001', '测试大学委员会', '党委', 'committee', null, '001/', '1999-01-01', 'day', true, '学校', '';

insert into organization (tenant_id, id, code, name, short_name, kind, parent_id, path, founded_on, founded_precision,
    has_committee, unit, type)
select :tenant, pg_temp.row_id(:organization, g), '001' || lpad(g::text, 3, '0'), '第' || g || '党总支', g || '总支', 'general_branch',
    pg_temp.row_id(:organization, 0), '001/001' || lpad(g::text, 3, '0') || '/', '2005-09-01', 'day', true, '第' || g || '学院', ''
from generate_series(1, :generals) g;

insert into organization (tenant_id, id, code, name, short_name, kind, parent_id, path, founded_on, founded_precision,
    has_committee, unit, type)
select :tenant, pg_temp.row_id(:organization, :generals + b), p.code || lpad(b::text, 3, '0'), '第' || b || '党支部', b || '支部', 'branch',
    p.id, p.path || p.code || lpad(b::text, 3, '0') || '/', '2015-09-01', 'day', b % 3 = 0, p.unit, (array['学生', '教师', '机关'])[b % 3 + 1]
from generate_series(1, :branches) b
join organization p on p.tenant_id = :tenant and p.id = pg_temp.row_id(:organization, (b - 1) % :generals + 1);

insert into organization_placement (tenant_id, id, organization_id, parent_id, path, since)
select tenant_id, id, id, parent_id, path, founded_on from organization where tenant_id = :tenant;

insert into term (tenant_id, id, organization_id, number, years, starts_on, ends_on, last_election_on, note)
select tenant_id, id, id, 4, 3, '2025-03-01', '2028-02-29', '2025-03-01', '' from organization where tenant_id = :tenant and kind = 'branch';

insert into person (tenant_id, id, name, sort_name, sex, ethnic, birth_on, education, number)
select :tenant, pg_temp.row_id(:person, n), s.word || g.word, s.pinyin || ' ' || g.pinyin, case when n % 2 = 0 then 'male' else 'female' end,
    '汉族', date '1965-01-01' + (n * 7919 % 14000)::int, '大学本科', 'N' || lpad(n::text, 7, '0')
from generate_series(1, :members) n
join (values (0, '张', 'zhang'), (1, '王', 'wang'), (2, '李', 'li'), (3, '赵', 'zhao'), (4, '陈', 'chen'), (5, '刘', 'liu'), (6, '杨', 'yang'))
    s (k, word, pinyin) on s.k = n % 7
join (values (0, '伟', 'wei'), (1, '芳', 'fang'), (2, '敏', 'min'), (3, '静', 'jing'), (4, '磊', 'lei'), (5, '洋', 'yang'), (6, '艳', 'yan'),
    (7, '勇', 'yong'), (8, '娟', 'juan'), (9, '涛', 'tao'), (10, '明', 'ming')) g (k, word, pinyin) on g.k = n % 11;

insert into membership (tenant_id, id, person_id, organization_id, member_class, status, joined_on, full_on, is_lost, is_mobile, is_exempt,
    party_post_precision, since)
select :tenant, pg_temp.row_id(:membership, n), pg_temp.row_id(:person, n), pg_temp.row_id(:organization, :generals + (n - 1) % :branches + 1),
    case when n % 25 = 0 then 'probationary' else 'full_member' end, 'normal', date '2000-07-01' + (n * 31 % 9000)::int,
    date '2001-07-01' + (n * 31 % 9000)::int, n % 97 = 0, n % 41 = 0, false, 'day', '2018-09-01'
from generate_series(1, :members) n;

insert into position (tenant_id, id, organization_id, person_id, role, since, since_precision)
select :tenant, pg_temp.row_id(:other, b), pg_temp.row_id(:organization, :generals + b), pg_temp.row_id(:person, b), 'secretary', '2025-03-01', 'day'
from generate_series(1, :branches) b;

insert into fact (tenant_id, id, kind, organization_id, happened_on, until_on, grade, record_type, record_id, source, detail, written_at)
select :tenant, pg_temp.row_id(:activity, (k.n * :branches + b) * :meetings + m), k.kind, pg_temp.row_id(:organization, :generals + b), d.day, d.day + 3,
    'recorded', 'meeting', pg_temp.row_id(:meeting, b * :meetings + m), 'orglife', '{}', d.day + 1
from generate_series(1, :branches) b, generate_series(0, :meetings - 1) m, (values (0, 'activity'), (1, 'member_meeting')) k (n, kind),
    lateral (select date '2026-10-31' - (m * 25 + b % 20)::int) d (day);

insert into fact (tenant_id, id, kind, organization_id, person_id, happened_on, mark, grade, record_type, record_id, source, detail, written_at)
select :tenant, pg_temp.row_id(:attendance, n * :meetings + m), 'attendance', pg_temp.row_id(:organization, :generals + b), pg_temp.row_id(:person, n), d.day,
    (array['present', 'present', 'present', 'present', 'present', 'present', 'late', 'online', 'leave', 'absent'])[(n * 31 + m * 17) % 10 + 1],
    'recorded', 'meeting', pg_temp.row_id(:meeting, b * :meetings + m), 'orglife', '{}', d.day + 1
from generate_series(1, :members) n, generate_series(0, :meetings - 1) m,
    lateral (select (n - 1) % :branches + 1) x (b), lateral (select date '2026-10-31' - (m * 25 + b % 20)::int) d (day);

insert into learning_course (tenant_id, id, code, name, hours, category, deadline, audience)
select :tenant, pg_temp.row_id(:course, c), 'L' || c, '必修课程 ' || c, 4, '理论', '2026-12-31', '全体党员' from generate_series(1, :lessons) c;

insert into fact (tenant_id, id, kind, organization_id, happened_on, until_on, quantity, mark, grade, record_type, record_id, source, detail, written_at)
select :tenant, c.id, 'course_required', pg_temp.row_id(:organization, 0), c.deadline, c.deadline, c.hours, c.code, 'imported', 'learning_course', c.id,
    'learning', jsonb_build_object('audience', 'all', 'type', null, 'name', c.name), '2026-01-05'
from learning_course c where c.tenant_id = :tenant;

insert into fact (tenant_id, id, kind, organization_id, person_id, happened_on, quantity, mark, grade, record_type, record_id, source, detail, written_at)
select :tenant, pg_temp.row_id(:training, n * :lessons + c), 'training', pg_temp.row_id(:organization, :generals + (n - 1) % :branches + 1),
    pg_temp.row_id(:person, n), d.day, 4, case when (n * 7 + c) % 4 > 0 then 'L' || c + 1 end, 'imported', 'learning_training',
    pg_temp.row_id(:training, n * :lessons + c), 'learning',
    '{"form": "online", "category": "理论", "confirmed": true, "evidence": "", "counted": true}', d.day + 1
from generate_series(1, :members) n, generate_series(0, :lessons - 1) c,
    lateral (select date '2026-10-31' - ((n * 7 + c * 60) % 300)::int) d (day);

insert into person (tenant_id, id, name, sort_name, number) values (:tenant, pg_temp.row_id(:other, 0), '示例组织员', 'shi li', 'Z1');
insert into account (tenant_id, id, issuer, subject, person_id)
values (:tenant, pg_temp.row_id(:other, 0), :issuer, 'organizer', pg_temp.row_id(:other, 0));
insert into role_grant (tenant_id, id, person_id, role, since)
values (:tenant, pg_temp.row_id(:other, 0), pg_temp.row_id(:other, 0), 'organizer', '2026-01-01');
