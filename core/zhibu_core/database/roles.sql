-- The superuser's step: roles, schemas and rights. Runs at every migration, changes nothing where all is as it must be.
-- Roles belong to the whole server; this lock keeps the steps of two databases on it apart.
lock table pg_catalog.pg_authid in share row exclusive mode;

do $$
declare
  citus boolean := exists (select from pg_extension where extname = 'citus');
  r record;
  m record;
begin
  -- Between the nodes of Citus app_definer signs in too: a node enters the others as the current user.
  for r in select * from (values ('app_owner', true, false), ('app_rt', true, false),
                                 ('app_definer', citus, true), ('app_backup', true, true)) as t (name, login, bypass) loop
    if not exists (select from pg_roles where rolname = r.name) then
      execute format('create role %I', r.name);
    end if;
    if not exists (select from pg_roles where rolname = r.name and rolcanlogin = r.login and rolbypassrls = r.bypass
                   and not (rolsuper or rolcreatedb or rolcreaterole or rolreplication)) then
      execute format('alter role %I %s %s nosuperuser nocreatedb nocreaterole noreplication', r.name,
                     case when r.login then 'login' else 'nologin' end,
                     case when r.bypass then 'bypassrls' else 'nobypassrls' end);
    end if;
  end loop;
  for m in select g.rolname from pg_auth_members a join pg_roles g on g.oid = a.roleid
           where a.member = 'app_rt'::regrole loop
    execute format('revoke %I from app_rt', m.rolname);
  end loop;
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to app_owner, app_rt, app_backup', current_database());
  if citus then
    execute format('grant connect on database %I to app_definer', current_database());
  end if;
end $$;

-- app_owner makes definer functions by "set role app_definer" and does not inherit its bypass.
grant app_definer to app_owner with inherit false, set true;

alter role app_rt set search_path = public, pg_temp;
alter role app_rt set timezone = 'UTC';
alter role app_owner set search_path = public, pg_temp;
alter role app_owner set timezone = 'UTC';
-- Read by Citus only (scale.md); elsewhere two names without meaning.
alter role app_rt set citus.propagate_set_commands = 'local';
alter role app_rt set citus.enable_local_execution = 'off';

create schema if not exists app;
create schema if not exists jobs;
alter schema app owner to app_owner;
alter schema jobs owner to app_owner;
alter schema public owner to app_owner;
revoke all on schema app, jobs, public from public;
grant usage on schema app, jobs, public to app_rt, app_definer, app_backup;
revoke create on schema app, jobs, public from app_rt, app_backup;
grant create on schema app to app_definer;

-- Tables are granted to app_rt one by one by the migrations' helper; a function is nobody's until it is granted.
alter default privileges for role app_owner revoke execute on functions from public;
alter default privileges for role app_definer revoke execute on functions from public;
alter default privileges for role app_owner in schema public, jobs grant select on tables to app_backup;
alter default privileges for role app_owner in schema public, jobs grant select on sequences to app_backup;
