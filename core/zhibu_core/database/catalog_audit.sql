-- Catalog audit: every row is a fault, or belongs on the allow-list of catalog.py. Runs with search_path = pg_catalog,
-- on PostgreSQL 16 and newer. A table outside public and jobs is a fault; global tables are judged by their own template.
with t as (select c.oid, c.relname, c.relkind k, c.relrowsecurity rls, c.relforcerowsecurity frc, c.relispartition part, c.reloptions o, c.relowner own,
   exists(select from pg_attribute a where a.attrelid=c.oid and a.attname='tenant_id' and not a.attisdropped) has_t,
   exists(select from pg_attribute a where a.attrelid=c.oid and a.attname='tenant_id' and a.attnotnull and a.atttypid='uuid'::regtype) t_ok
 from pg_class c join pg_namespace n on n.oid=c.relnamespace where n.nspname='public' and c.relkind in ('r','p','v','m')),
keyed(oid, nums, what) as (
   select i.indrelid, i.indkey::int2[], 'unique '||i.indexrelid::regclass from pg_index i where i.indisunique
   union all select conrelid, conkey, 'exclusion '||conname from pg_constraint where contype='x'
   union all select f.conrelid, f.conkey, 'foreign key '||f.conname from pg_constraint f join t r on r.oid=f.confrelid and r.has_t where f.contype='f')
select relname, 'no tenant_id and not on the global list' from t where k in ('r','p') and not has_t
union all select relname, 'tenant_id not uuid not null' from t where k in ('r','p') and has_t and not t_ok
union all select relname, 'RLS not enabled and forced' from t where k in ('r','p') and has_t and not part and not (rls and frc)
union all select relname, 'no ALL policy with USING and WITH CHECK' from t where k in ('r','p') and has_t and not part and not exists (select from pg_policy p where p.polrelid=t.oid and p.polcmd='*' and p.polqual is not null and p.polwithcheck is not null)
union all select relname, 'further policy '||p.polname from t join pg_policy p on p.polrelid=t.oid where has_t and p.polname<>'tenant'
union all select relname, 'policy is not the pinned one' from t join pg_policy p on p.polrelid=t.oid where has_t and p.polname='tenant' and (not p.polpermissive
   or pg_get_expr(p.polqual, p.polrelid) is distinct from '(tenant_id = app.tenant())' or pg_get_expr(p.polwithcheck, p.polrelid) is distinct from '(tenant_id = app.tenant())')
union all select f.conrelid::regclass::text, 'foreign key sets null: '||f.conname from pg_constraint f where f.contype='f' and (f.confdeltype='n' or f.confupdtype='n')
union all select t.relname, 'trigger with a transition table: '||g.tgname from t join pg_trigger g on g.tgrelid=t.oid where g.tgoldtable is not null or g.tgnewtable is not null
union all select relname, 'partition open to the runtime role' from t where part and not rls and has_table_privilege('app_rt', oid, 'select')
union all select t.relname, what||' does not start with tenant_id' from t join keyed using (oid) where has_t and not exists (select from pg_attribute a where a.attrelid=t.oid and a.attname='tenant_id' and a.attnum=nums[array_lower(nums, 1)])
union all select relname, 'view without security_invoker' from t where k='v' and coalesce((select option_value from pg_options_to_table(o) where option_name='security_invoker'),'off') not in ('on','true')
union all select relname, 'materialised view readable' from t where k='m' and has_table_privilege('app_rt', oid, 'select')
union all select relname, 'TRUNCATE granted' from t where k in ('r','p') and has_table_privilege('app_rt', oid, 'truncate')
union all select c.oid::regclass::text, 'table outside public and jobs' from pg_class c join pg_namespace n on n.oid=c.relnamespace where c.relkind in ('r','p','m','f') and n.nspname not in ('public','jobs','pg_catalog','information_schema') and n.nspname !~ '^pg_'
union all select relname, 'owned by the runtime role' from t where own='app_rt'::regrole
union all select p.oid::regprocedure::text, 'definer function callable (allow-list it)' from pg_proc p join pg_namespace n on n.oid=p.pronamespace where n.nspname in ('public','app') and p.prosecdef and has_function_privilege('app_rt', p.oid, 'execute')
union all select p.oid::regprocedure::text, 'definer without search_path' from pg_proc p join pg_namespace n on n.oid=p.pronamespace where n.nspname in ('public','app') and p.prosecdef and not exists (select from unnest(p.proconfig) x where x like 'search_path=%')
union all select rolname, 'runtime role can become a bypassing role' from pg_roles where (rolsuper or rolbypassrls) and pg_has_role('app_rt', oid, 'MEMBER');
