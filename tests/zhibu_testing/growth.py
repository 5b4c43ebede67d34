"""The rules of growth as queries on the catalog: keys begin with the tenant, no volatile defaults, no triggers that write."""

VOLATILE_DEFAULTS = """
select c.relname || '.' || a.attname from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
join pg_class c on c.oid = d.adrelid where c.relnamespace = 'public'::regnamespace and exists (
  select from pg_depend x join pg_proc p on p.oid = x.refobjid
  where x.objid = d.oid and x.refclassid = 'pg_proc'::regclass and p.provolatile = 'v')
"""
FIRST_IN_KEY = """
select c.relname from pg_index i join pg_class c on c.oid = i.indrelid
join pg_attribute t on t.attrelid = c.oid and t.attname = 'tenant_id'
where c.relnamespace = 'public'::regnamespace and i.indisprimary and i.indkey[0] <> t.attnum
"""
FROM_GLOBAL = """
select f.conname from pg_constraint f join pg_class c on c.oid = f.conrelid join pg_class r on r.oid = f.confrelid
where f.contype = 'f' and (c.relname like 'global\\_%' or c.relnamespace = 'jobs'::regnamespace)
"""
TRIGGERS = """
select tgname from pg_trigger g join pg_class c on c.oid = g.tgrelid
where not tgisinternal and c.relnamespace = 'public'::regnamespace
"""
RULES = (VOLATILE_DEFAULTS, FIRST_IN_KEY, FROM_GLOBAL, TRIGGERS)
