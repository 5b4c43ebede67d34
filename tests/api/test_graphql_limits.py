"""What one request may ask for: refused before anything runs, 400 and no data, and no statement sent."""

# ruff: noqa: E501 operations and attacks read best in one line

from typing import Any

import pytest

from zhibu_graphql.cost import MAX_COST
from zhibu_graphql.limits import MAX_ALIASES, MAX_DEPTH, MAX_DIRECTIVES, MAX_TOKENS

NESTED = "{ organizations(first: %d) { edges { node { members(first: %d) { edges { node { organization { name } } } } } } } }"


def deep(levels: int) -> str:
    return '{ organization(code: "111") ' + "{ parent " * (levels - 2) + "{ name " + "}" * levels


def aliases(number: int) -> str:
    return "{ viewer { " + " ".join(f"a{n}: name" for n in range(number)) + " } }"


def tokens(number: int) -> str:
    """Operations of eight tokens each, and one of what is left."""
    others = number // 8 - 1
    last = "name " * (number - 8 * others - 7)
    return f"query A {{ viewer {{ {last} }} }} " + " ".join(
        f"query B{n} {{ viewer {{ name }} }}" for n in range(others)
    )


TOO_MUCH = {
    "tokens": tokens(MAX_TOKENS + 1),
    "depth": deep(MAX_DEPTH + 1),
    "depth in fragments": '{ organization(code: "1") { ...A } } fragment A on Organization { parent { parent { parent { parent { ...B } } } } }'
    " fragment B on Organization { parent { parent { parent { parent { parent { parent { parent { parent { name } } } } } } } } }",
    "depth without end": "{a" * 900 + "}" * 900,
    "repeated fields": "{ viewer { " + "name " * 1_900 + "} }",
    "aliases": aliases(MAX_ALIASES + 1),
    "directives": "{ viewer { name " + "@skip(if: false) " * (MAX_DIRECTIVES + 1) + "} }",
    "first": "{ members(first: 101) { totalCount } }",
    "first deep inside": "{ organizations(first: 1) { edges { node { ... { ...F } } } } } fragment F on Organization { members(first: 101) { totalCount } }",
    "cost": NESTED % (100, 100),
    "cost through fragments": "{ organizations(first: 100) { edges { node { ...F } } } } fragment F on Organization { members(first: 100) { edges { node { name } } } }",
    "cost on three levels": "{ organizations(first: 60) { edges { node { children(first: 60) { edges { node { members(first: 61) { edges { node { name } } } } } } } } } }",
}


@pytest.mark.parametrize("name", TOO_MUCH)
async def test_too_much_is_refused_before_it_runs(api: Any, statements: Any, name: str) -> None:
    await api.ask("{ viewer { name } }")
    with statements:
        answer = await api.ask(TOO_MUCH[name], headers={"Accept": "application/json"})
    assert (answer.status, answer.code) == (400, "LIMIT")
    assert "data" not in answer.body
    assert not any("from organization o" in statement or "limit" in statement.lower() for statement in statements.seen)


@pytest.mark.parametrize("variables", [{"n": 101}, {"n": 10**6}])
async def test_first_in_a_variable_is_checked_too(api: Any, variables: dict[str, int]) -> None:
    answer = await api.ask("query Q($n: Int!) { members(first: $n) { totalCount } }", variables=variables)
    assert (answer.status, answer.code) == (400, "LIMIT")


@pytest.mark.parametrize(
    "query",
    [
        "{ members { totalCount } }",
        "{ organizations(first: 0) { totalCount } }",
        "{ facts(first: -1) { totalCount } }",
        "{ members(first: null) { totalCount } }",
    ],
)
async def test_a_missing_or_senseless_first_is_400_for_everybody(api: Any, query: str) -> None:
    answer = await api.ask(query, headers={"Accept": "application/json"} if "null" not in query else {})
    assert (answer.status, answer.code) == (400, "BAD_USER_INPUT")
    assert "data" not in answer.body


@pytest.mark.parametrize(
    "query",
    [
        tokens(MAX_TOKENS),
        deep(MAX_DEPTH),
        aliases(MAX_ALIASES),
        "{ members(first: 100) { totalCount } }",
        NESTED % (60, 80),
        "{ viewer { name @skip(if: false) @include(if: true) } }",
    ],
)
async def test_up_to_the_limit_is_run(api: Any, query: str) -> None:
    assert (await api.ask(query, operation="A" if query.startswith("query A") else None)).status == 200


async def test_what_is_skipped_costs_nothing(api: Any) -> None:
    query = "query Q($all: Boolean!) { organizations(first: 100) @include(if: $all) { edges { node { members(first: 100) { edges { node { name } } } } } } viewer { name } }"
    assert (await api.ask(query, variables={"all": False})).status == 200
    assert (await api.ask(query, variables={"all": True})).code == "LIMIT"


async def test_introspection_is_open_and_free(api: Any) -> None:
    from graphql import build_client_schema, get_introspection_query

    answer = await api.ask(get_introspection_query(), "member")
    schema = build_client_schema(answer.data)
    assert schema.get_type("Organization") is not None
    assert (
        await api.ask(
            "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
        )
    ).status == 400


def test_the_numbers_are_those_of_the_design() -> None:
    assert (MAX_TOKENS, MAX_DEPTH, MAX_ALIASES, MAX_DIRECTIVES, MAX_COST) == (2_000, 12, 20, 5, 10_000)
