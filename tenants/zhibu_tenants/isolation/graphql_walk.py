"""Walks the GraphQL interface with ids of another tenant: each must be answered exactly as one that was made up."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import ZhibuError
from zhibu_core.isolation.report import Check, Fault
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Actor, Grant, Scope, Tenant
from zhibu_core.words import Words
from zhibu_graphql.context import Context
from zhibu_graphql.engine import Engine, Operation, engine_for
from zhibu_graphql.errors import RequestRefused
from zhibu_graphql.ids import global_id, split_id
from zhibu_graphql.node import Node
from zhibu_tenants.isolation.asking import Asking, askings, listings

CLIENT = "isolation"
A_TYPE = 2
"""How many ids of the other tenant are tried of each type."""

NODES = "query Probe($id: ID!) { node(id: $id) { __typename id } }"
TITLE = Words(
    "用其他租户的编号查询接口，答复与编造的编号一样", "Ids of another tenant are answered as if they were made up"
)
TELLS = Words("对其他租户的编号给出不同的答复", "answers an id of another tenant differently")
FAILS = Words("无法检查：{}", "could not be checked: {}")
Ids = Mapping[str, Sequence[str]]


async def walk(platform: Platform, tenant: Tenant, other: Tenant | None, *, mutations: bool = False) -> Check:
    """Puts foreign ids into every root field that takes one, with all powers in `tenant`; writes nothing.

    Of the other tenant ids are listed and nothing else, in transactions of its own. With `mutations` they are called as well, each
    in a transaction that is taken back.
    """
    plugins = await _plugins_of(platform, tenant)
    engine = Engine(engine_for(platform.host).schemas)
    schema = engine.schemas.of(plugins)
    foreign = await _ids_of(platform, engine, other, schema.extensions["node_types"])
    asked = [Asking("node(id)", NODES), *askings(schema, mutations=mutations)]
    faults: list[Fault] = []
    walker = _Walker(platform, engine, _all_powers(platform, tenant, plugins))
    for asking in asked:
        faults += await walker.faults(asking, foreign)
    count = sum(len(keys) for keys in foreign.values()) * len(asked)
    return Check("graphql", TITLE, count, tuple(faults))


class _Walker:
    """Asks as somebody who may do everything in the tenant."""

    def __init__(self, platform: Platform, engine: Engine, scope: Scope) -> None:
        self.platform, self.engine, self.scope = platform, engine, scope

    async def faults(self, asking: Asking, foreign: Ids) -> list[Fault]:
        """What one operation gives away, at most one fault a type of id."""
        found = []
        for tag, keys in foreign.items():
            try:
                expected = await self.answer(asking, global_id(tag, new_id().bytes))
                answers = [await self.answer(asking, key) for key in keys]
            except (RequestRefused, ZhibuError) as error:
                reason = type(error).__name__
                return [Fault(asking.where, Words(FAILS.zh.format(reason), FAILS.en.format(reason)))]
            if any(answer != expected for answer in answers):
                found.append(Fault(f"{asking.where} {tag}", TELLS))
        return found

    async def answer(self, asking: Asking, id_: str | None) -> Any:
        """Data and codes of errors of one operation, in a transaction that is taken back."""
        async with self.platform.database.session(self.scope.tenant.id) as session:
            try:
                answer = await self._run(session, asking, id_)
            finally:
                await session.rollback()
        codes = [error.get("extensions", {}).get("code") for error in answer.get("errors", ())]
        return answer["data"], codes

    async def _run(self, session: AsyncSession, asking: Asking, id_: str | None) -> dict[str, Any]:
        context = Context(self.platform, session, self.scope)
        return await self.engine.run(context, Operation(asking.text, {"id": id_} if id_ else {}))


def _all_powers(platform: Platform, tenant: Tenant, plugins: frozenset[str]) -> Scope:
    actions = frozenset(platform.scopes.policy(plugins).actions)
    grant = Grant("auditor", None, "", actions)
    return Scope(tenant, plugins, Actor(new_id(), "", CLIENT), (grant,), "isolation")


async def _ids_of(platform: Platform, engine: Engine, other: Tenant | None, types: Mapping[str, type[Node]]) -> Ids:
    """Ids a type: of the other tenant's objects where it lists any, and one that was made up."""
    found: dict[str, list[str]] = {tag: [global_id(tag, new_id().bytes)] for tag in types}
    if other is None:
        return found
    plugins = await _plugins_of(platform, other)
    lister = _Walker(platform, engine, _all_powers(platform, other, plugins))
    for listing in listings(engine.schemas.of(plugins)):
        data, _ = await lister.answer(Asking("", listing), None)
        for connection in (data or {}).values():
            for edge in connection["edges"][:A_TYPE] if connection else ():
                _put(found, edge["node"]["id"])
    return found


def _put(found: dict[str, list[str]], id_: str) -> None:
    parts = split_id(id_)
    if parts and parts[0] in found:
        found[parts[0]].append(id_)


async def _plugins_of(platform: Platform, tenant: Tenant) -> frozenset[str]:
    async with platform.database.session(tenant.id) as session:
        return await platform.scopes.plugins_of(session, tenant)
