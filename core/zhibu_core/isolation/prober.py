"""The black-box prober: as one tenant, with the runtime role and nothing but SQL, over everything that role may touch.

All of it runs in a transaction that the caller rolls back; what is tried is taken back one by one as well.
"""

# ruff: noqa: S608 names of relations come quoted from the catalog itself

import uuid
from collections.abc import Sequence

import asyncpg

from zhibu_core.isolation.relations import (
    Connection,
    Relation,
    functions_of,
    powers_of,
    refused,
    relations_of,
    strange_definers,
)
from zhibu_core.isolation.report import Check, Fault
from zhibu_core.words import Words

MARK = "/* isolation probe */ "
"""Begins every statement that on purpose looks beyond the tenant; the statement log knows it."""

SEES = Words("能看到其他租户的数据", "shows rows of other tenants")
SHARED = Words("不在共享清单上，却可读取", "can be read and is not on the list of what is shared")
ODD = Words("答复出人意料：{}", "answered in an unexpected way: {}")
CHANGES = Words("能改动其他租户的数据（{}）", "lets rows of other tenants be changed ({})")
GIVES = Words("能以其他租户的名义写入", "lets a row be written for another tenant")
MOVES = Words("能把本租户的数据移到其他租户", "lets an own row be moved to another tenant")
REBINDS = Words("能在事务中改换租户", "lets the tenant be changed inside a transaction")
DEFINES = Words("以他人权限运行，且不在核准清单上", "runs with another's rights and is not on the allow-list")
UNBOUND = Words("未指定租户也能看到数据", "shows rows where no tenant is bound")
POWER = Words("运行账号不应有此权力", "a power that the runtime role must not have")
KNOWN = Words(
    "共享清单：平台设置与租户名录可读；派发队列只含编号与主题。",
    "On the list of what is shared: settings and names of tenants, to be read; the dispatcher's queues, which hold ids and topics.",
)


async def probe(connection: Connection, mine: uuid.UUID, other: uuid.UUID) -> list[Check]:
    """Asks as tenant `mine`, to which the connection's transaction is bound, for what belongs to others.

    `other` is a tenant with data where there is one, else made up.
    """
    relations = await relations_of(connection)
    tables = [relation for relation in relations if relation.has_tenant and not relation.is_listed]
    written = [table for table in tables if table.kind in "rpv"]
    return [
        await _reading(connection, relations, mine),
        await _changing(connection, written, other),
        await _giving(connection, written, mine, other),
        await _binding(connection, other),
        await _functions(connection),
        await _powers(connection, relations),
    ]


async def probe_unbound(connection: Connection) -> Check:
    """Asks where no tenant is bound: every tenant table must be empty."""
    tables = [r for r in await relations_of(connection) if r.has_tenant and r.may_select and not r.is_listed]
    found = []
    for table in tables:
        statement = f"{MARK}select exists (select from {table.quoted} where tenant_id is not null)"
        found += await _seen(connection, table, UNBOUND, statement)
    return Check(
        "unbound", Words("不指定租户时看不到任何数据", "Without a tenant nothing is seen"), len(tables), _all(found)
    )


async def _reading(connection: Connection, relations: Sequence[Relation], mine: uuid.UUID) -> Check:
    readable = [relation for relation in relations if relation.may_select]
    found: list[Fault] = []
    for relation in readable:
        if relation.is_listed:
            continue
        if not relation.has_tenant:
            found.append(Fault(relation.name, SHARED))
            continue
        statement = f"{MARK}select exists (select from {relation.quoted} where tenant_id is distinct from $1)"
        found += await _seen(connection, relation, SEES, statement, mine)
    title = Words("可读取的表和视图只显示本租户的数据", "Tables and views show this tenant's rows only")
    return Check("reading", title, len(readable), _all(found), KNOWN)


async def _seen(connection: Connection, table: Relation, what: Words, statement: str, *given: object) -> list[Fault]:
    try:
        async with connection.transaction():
            return [Fault(table.name, what)] if await connection.fetchval(statement, *given) else []
    except asyncpg.PostgresError as error:  # a column's own grant, for one, refuses tenant_id and shows the rest
        return [_odd(table, error)]


async def _changing(connection: Connection, tables: Sequence[Relation], other: uuid.UUID) -> Check:
    found: list[Fault] = []
    for table in tables:
        theirs = f"(tenant_id, id) in (select tenant_id, id from {table.quoted} where tenant_id = $1 limit 1)"
        tries = [("update", f"update {table.quoted} set id = id where {theirs}")] if table.may_update else []
        tries += [("delete", f"delete from {table.quoted} where {theirs}")] if table.may_delete else []
        for verb, statement in tries:
            done = await _tried(connection, MARK + statement, other)
            if done != f"{verb.upper()} 0":
                found.append(Fault(table.name, _put(CHANGES, verb)))
    title = Words("其他租户的数据改不了、删不掉", "Rows of other tenants can be neither changed nor deleted")
    return Check("changing", title, len(tables), _all(found))


async def _giving(connection: Connection, tables: Sequence[Relation], mine: uuid.UUID, other: uuid.UUID) -> Check:
    """Row security is asked before all other rules, so a row of nothing but ids is enough to be refused."""
    found: list[Fault] = []
    for table in tables:
        if table.may_insert:
            names = "".join(f", {name}" for name in table.spread_by)
            values = ", now()" * len(table.spread_by)
            statement = f"insert into {table.quoted} (tenant_id, id{names}) values ($1, $2{values})"
            if await _tried(connection, MARK + statement, other, uuid.uuid4()) is not None:
                found.append(Fault(table.name, GIVES))
        if table.may_update:
            own = f"(tenant_id, id) in (select tenant_id, id from {table.quoted} where tenant_id = $2 limit 1)"
            statement = f"update {table.quoted} set tenant_id = $1 where {own}"
            if await _tried(connection, MARK + statement, other, mine) not in (None, "UPDATE 0"):
                found.append(Fault(table.name, MOVES))
    title = Words("不能以其他租户的名义写入", "Nothing can be written in another tenant's name")
    return Check("giving", title, len(tables), _all(found))


async def _binding(connection: Connection, other: uuid.UUID) -> Check:
    tries = {
        "app.bind": "select app.bind($1)",
        "app.read": "select app.read($1, 'none', array[]::text[])",
        "app.read_if": "select app.read_if($1, 'none', array[]::text[], null, 'none', array[]::text[])",
    }
    found = [
        Fault(name, REBINDS)
        for name, statement in tries.items()
        if await _tried(connection, MARK + statement, other) is not None
    ]
    title = Words("事务中不能改换租户", "The tenant of a transaction cannot be changed")
    return Check("binding", title, len(tries), _all(found))


async def _functions(connection: Connection) -> Check:
    found = [Fault(name, DEFINES) for name in await strange_definers(connection)]
    title = Words("可调用的函数都在核准清单上", "Functions with another's rights are on the allow-list, word for word")
    return Check("functions", title, await functions_of(connection), _all(found))


async def _powers(connection: Connection, relations: Sequence[Relation]) -> Check:
    found = [Fault(power, POWER) for power in await powers_of(connection)]
    found += [Fault(f"truncate {relation.name}", POWER) for relation in relations if relation.may_truncate]
    found += [
        Fault(f"write {relation.name}", POWER)
        for relation in relations
        if relation.name.startswith("public.global_")
        and (relation.may_insert or relation.may_update or relation.may_delete)
    ]
    title = Words("运行账号没有越权的权力", "The runtime role holds no power beyond its own")
    return Check("powers", title, 1, _all(found))


async def _tried(connection: Connection, statement: str, *given: object) -> str | None:
    """What the statement was answered with, "refused" being None; in any case it is taken back."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        answer: str = await connection.execute(statement, *given)
    except asyncpg.PostgresError as error:
        return None if refused(error) else type(error).__name__
    else:
        return answer
    finally:
        await transaction.rollback()


def _odd(relation: Relation, error: asyncpg.PostgresError) -> Fault:
    return Fault(relation.name, _put(ODD, type(error).__name__))


def _put(words: Words, value: str) -> Words:
    return Words(words.zh.format(value), words.en.format(value))


def _all(found: Sequence[Fault]) -> tuple[Fault, ...]:
    return tuple(found)
