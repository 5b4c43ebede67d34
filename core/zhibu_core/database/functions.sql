-- Binding a transaction to its tenant (tenancy-security.md 3). Invoker functions of app_owner; made anew at every migration.

-- No SET clause, no volatility: PostgreSQL inlines it into every policy.
create or replace function app.tenant() returns uuid language sql stable parallel safe as
$$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$;

-- SET LOCAL and not set_config(): Citus forwards only the former.
create or replace function app.bind(t uuid) returns void language plpgsql as $$
declare
  bound uuid := nullif(current_setting('app.tenant_id', true), '')::uuid;
begin
  if t is null then
    raise exception 'no tenant to bind' using errcode = 'null_value_not_allowed';
  elsif bound <> t then
    raise exception 'another tenant is bound' using errcode = 'insufficient_privilege';
  end if;
  execute format('set local app.tenant_id = %L', t);
end $$;

-- Binds, then runs the plan that the connection has prepared under the name `op`; a transaction of its own.
create or replace function app.read(t uuid, op text, args text[]) returns text language plpgsql as $$
declare
  given text;
  answer text;
begin
  perform app.bind(t);
  select string_agg(quote_nullable(a), ', ' order by n) into given from unnest(args) with ordinality as u (a, n);
  execute format('execute %I%s', op, '(' || given || ')') into answer;
  return answer;
end $$;

-- The same if the plan `check_op` still answers what it did, by its SHA-256; else what it answers now, behind a \x01.
create or replace function app.read_if(t uuid, check_op text, check_args text[], expected bytea, op text, args text[])
returns text language plpgsql as $$
declare
  answer text := app.read(t, check_op, check_args);
begin
  if sha256(convert_to(answer, 'UTF8')) is distinct from expected then
    return E'\x01' || answer;
  end if;
  return app.read(t, op, args);
end $$;

grant execute on function app.tenant() to app_rt, app_definer, app_backup;
grant execute on function app.bind(uuid), app.read(uuid, text, text[]),
  app.read_if(uuid, text, text[], bytea, text, text[]) to app_rt;
