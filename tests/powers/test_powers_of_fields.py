"""The walk over GraphQL: every root field and mutation is really asked without its action, every other guard is tried."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    is_list_type,
    is_non_null_type,
)
from sqlalchemy import update

from zhibu_core.errors import Forbidden
from zhibu_core.identity.access import TenantRole
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Actor, Grant, Scope
from zhibu_graphql.building import DEFINITION
from zhibu_graphql.engine import engine_for
from zhibu_graphql.fields import KEY, TYPE_ASKS
from zhibu_graphql.routes import OPT
from zhibu_testing.counting import counted
from zhibu_testing.fixtures import Parties

from .test_powers_of_routes import all_but_one

WRITING = re.compile(r"^\s*(insert(?! into audit_entry)|update|delete)", re.IGNORECASE)
UUID = '"00000000-0000-7000-8000-000000000007"'
LEAVES = {"String": UUID, "ID": UUID, "UUID": UUID, "Int": "1", "Float": "1", "Boolean": "true", "Date": '"2026-10-31"',
          "DateTime": '"2026-10-31T08:00:00Z"', "Time": '"08:00:00"'}  # fmt: skip


def literal(kind: Any) -> str:
    """Something of this type, as a query says it."""
    bare = kind.of_type if is_non_null_type(kind) else kind
    if is_list_type(bare):
        return f"[{literal(bare.of_type)}]"
    if isinstance(bare, GraphQLEnumType):
        return next(iter(bare.values))
    if isinstance(bare, GraphQLInputObjectType):
        needed = {name: one for name, one in bare.fields.items() if is_non_null_type(one.type)}
        return "{" + ", ".join(f"{name}: {literal(one.type)}" for name, one in needed.items()) + "}"
    return LEAVES[bare.name]


def asked(name: str, field: Any) -> str:
    """The field with what it must be given, and as little of its answer as can be."""
    given = ", ".join(f"{key}: {literal(one.type)}" for key, one in field.args.items() if is_non_null_type(one.type))
    inner = " { __typename }" if isinstance(get_named_type(field.type), GraphQLObjectType) else ""
    return f"{name}{f'({given})' if given else ''}{inner}"


async def _setting(platform: Platform, parties: Parties) -> tuple[Any, frozenset[str]]:
    async with platform.database.session(parties.home.id) as session:
        plugins = await platform.scopes.plugins_of(session, parties.home)
    return engine_for(platform.host).schemas.of(plugins), frozenset(platform.scopes.policy(plugins).actions)


async def test_every_root_field_is_refused_without_its_action(platform: Platform, parties: Parties) -> None:
    schema, every = await _setting(platform, parties)
    browser, role = await all_but_one(platform, parties)
    roots = [("query", schema.query_type), ("mutation", schema.mutation_type)]
    found = [(kind, name, one) for kind, root in roots for name, one in root.fields.items()]
    assert {name for _, name, _ in found} >= {"accessReview", "grantRole", "enablePlugin"}
    door = "home.read"
    open_to = []
    for kind, name, one in found:
        actions = one.extensions[KEY].actions
        assert actions, name
        if door in actions:
            continue  # the door to GraphQL itself: whoever lacks it gets no answer at all (test_powers_of_routes)
        async with platform.database.session(parties.home.id) as session:
            held = sorted(every - set(actions))
            await session.execute(update(TenantRole).where(TenantRole.id == role).values(actions=held))
        with counted(platform) as statements:
            answer = await browser.ask(f"{kind} {{ {asked(name, one)} }}")
        codes = [error.get("extensions", {}).get("code") for error in answer.get("errors", ())]
        if codes != ["FORBIDDEN"] or (answer.get("data") or {}).get(name) is not None:
            open_to.append((name, answer))
        assert [text for text in statements if WRITING.match(text)] == [], name
        open_door = kind == "mutation" or OPT["action"] in actions
        assert open_door or not is_non_null_type(one.type), f"{name}: refused, it takes the whole answer with it"
    assert open_to == []


async def test_every_other_guard_refuses(platform: Platform, parties: Parties) -> None:
    """Fields that ask for more than their type are guarded one by one; their resolvers are called without the action."""
    schema, every = await _setting(platform, parties)
    tried = 0
    for kind in schema.type_map.values():
        if not isinstance(kind, GraphQLObjectType) or DEFINITION not in kind.extensions:
            continue
        of_type = getattr(kind.extensions[DEFINITION].origin, TYPE_ASKS, None)
        for one in kind.fields.values():
            actions = one.extensions[KEY].actions
            if kind in (schema.query_type, schema.mutation_type) or not actions:
                continue
            if of_type is not None and actions == of_type.actions:
                continue  # whoever reached the object may read it; the way to it asked
            assert not is_non_null_type(one.type), f"{kind.name}: refused, it takes its object with it"
            grant = Grant("test", None, "", every - set(actions))
            scope = Scope(parties.home, frozenset(), Actor(parties.home.id, "缺一人"), (grant,))
            info: Any = SimpleNamespace(context=SimpleNamespace(scope=scope))
            with pytest.raises(Forbidden):
                one.resolve(SimpleNamespace(path="001/"), info)
            tried += 1
    assert tried > 10


async def test_every_type_is_reached_by_a_field_that_asks(platform: Platform, parties: Parties) -> None:
    """A type's own actions are no guard: every field that leads to it from outside asks for one of them or more."""
    schema, _ = await _setting(platform, parties)
    roots = {schema.query_type, schema.mutation_type}
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and DEFINITION in kind.extensions:
            asks = getattr(kind.extensions[DEFINITION].origin, TYPE_ASKS, None)
            for name, one in kind.fields.items():
                assert one.extensions[KEY].actions or (kind not in roots and asks is not None), f"{kind.name}.{name}"
