"""What operations did cost, and the bucket of points that each client of each tenant has."""

# ruff: noqa: E501 operations read best in one line

import uuid
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.errors import InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.rates import STANDARD, Rate
from zhibu_core.settings import read_settings
from zhibu_graphql.buckets import BucketEmpty, Buckets

TREE = (
    "{ organizations(first: 10) { edges { node { code members(first: 10) { totalCount edges { node { name } } } } } } }"
)
OWNER = (uuid.uuid4(), "client")


async def test_the_cost_is_of_what_came_back(api: Any) -> None:
    answer = await api.ask(TREE)
    # A list of ten organizations with a list of ten members each; seven came, each with the members below it.
    below = {"1": 10, "11": 6, "12": 4, "111": 4, "112": 2, "121": 2, "122": 2}
    assert answer.cost == {
        "requested": 1 + 10 * (1 + 1 + 10),
        "actual": 1 + 7 * (1 + 1) + sum(below.values()),
        "available": None,
    }


@pytest.mark.parametrize(
    ("query", "actual"),
    [
        ("{ __typename __schema { types { name } } }", 0),
        ("{ viewer { name n: name } }", 1),
        ('{ organization(code: "none") { name parent { name } } }', 1),
        (
            '{ organization(code: "111") { name ...P } } fragment P on Organization { name parent { code } parent { name } }',
            2,
        ),
        ('{ a: organization(code: "111") { name } b: organization(code: "112") { name } }', 2),
        ("query Q($no: Boolean = true) { viewer { name } organizations(first: 5) @skip(if: $no) { totalCount } }", 1),
        ("{ organizations(first: 100) { totalCount pageInfo { hasNextPage } } }", 1),
    ],
)
async def test_each_object_counts_once(api: Any, query: str, actual: int) -> None:
    answer = await api.ask(query)
    assert answer.status == 200
    assert answer.cost["actual"] == actual <= answer.cost["requested"]


async def test_a_node_counts_by_its_own_type(api: Any) -> None:
    found = (await api.ask('{ organization(code: "11") { id } }')).data["organization"]["id"]
    query = "query N($id: ID!) { node(id: $id) { id ... on Organization { children(first: 9) { edges { node { code } } } } ... on Member { organization { code } } } }"
    answer = await api.ask(query, variables={"id": found})
    assert (answer.cost["actual"], answer.cost["requested"]) == (1 + 1 + 2, 1 + 1 + 9 + 1)


async def test_an_empty_bucket_is_429_of_this_tenant_and_client_only(
    api: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = replace(platform.settings, graphql_client_points={"test": Rate(200, 1)})
    monkeypatch.setattr(platform, "settings", limited)
    first = await api.ask(TREE)
    assert 155 <= first.cost["available"] <= 155 + 2
    second = await api.ask(TREE, role="auditor")  # somebody else by the same client
    assert (second.status, second.cost["actual"]) == (200, 45)
    refused = await api.ask(TREE, headers={"Accept": "application/json"})
    assert (refused.status, refused.code) == (429, "LIMIT")
    assert "data" not in refused.body
    assert refused.body["errors"][0]["extensions"]["reason"] == "points"
    assert 5 <= int(refused.headers["retry-after"]) <= 121 - (200 - 2 * 45)
    assert (await api.ask(TREE, at=api.neighbour)).status == 200
    monkeypatch.setattr(platform, "settings", replace(limited, graphql_client_points={"test": None}))
    assert (await api.ask(TREE)).cost["available"] is None


async def test_what_is_refused_before_it_runs_takes_no_points(
    api: Any, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "settings", replace(platform.settings, graphql_points=Rate(20_000, 1)))
    before = (await api.ask("{ viewer { name } }", at=api.neighbour)).cost["available"]
    for _ in range(3):
        assert (await api.ask("{ members(first: 101) { totalCount } }", at=api.neighbour)).status == 400
    assert (await api.ask("{ viewer { name } }", at=api.neighbour)).cost["available"] >= before - 1


@given(
    rate=st.builds(Rate, st.integers(1, 1_000), st.integers(1, 100)),
    steps=st.lists(st.tuples(st.floats(0, 20), st.integers(0, 1_200), st.integers(0, 1_200)), max_size=40),
)
def test_no_more_is_taken_than_a_bucket_ever_held(rate: Rate, steps: list[tuple[float, int, int]]) -> None:
    now, taken = 0.0, 0
    buckets = Buckets(clock=lambda: now)
    for wait, requested, actual in steps:
        now += wait
        level = buckets.level(OWNER, rate)
        assert level <= rate.most
        if requested > level:
            with pytest.raises(BucketEmpty) as empty:
                buckets.take(OWNER, rate, requested)
            wait = empty.value.seconds  # is enough, and a second less is not
            assert level + wait * rate.each_second >= requested
            assert wait == 1 or level + (wait - 1) * rate.each_second < requested
            assert buckets.level(OWNER, rate) == level
        else:
            buckets.take(OWNER, rate, requested)
            taken += min(actual, requested)
            buckets.give_back(OWNER, rate, requested - min(actual, requested))
        assert taken <= rate.most + now * rate.each_second + 1e-6
    now += rate.most / rate.each_second + 1
    assert buckets.level(OWNER, rate) == rate.most


def test_settings_name_buckets_by_client() -> None:
    assert read_settings({}).points_of("anybody") == STANDARD
    given = {"ZHIBU_GRAPHQL_POINTS": "60000/100", "ZHIBU_GRAPHQL_CLIENT_POINTS": "hr=200000/20000, bench=off"}
    settings = read_settings(given)
    assert [settings.points_of(client) for client in ("web", "hr", "bench")] == [
        Rate(60_000, 100),
        Rate(200_000, 20_000),
        None,
    ]
    assert read_settings({"ZHIBU_GRAPHQL_POINTS": "off"}).points_of("web") is None
    for wrong in ("9999/5", "50000", "50000/0", "-1/5", "no"):
        with pytest.raises(InvalidInput, match="ZHIBU_GRAPHQL_POINTS"):
            read_settings({"ZHIBU_GRAPHQL_POINTS": wrong})
    for wrong in ("50000/5000", "=50000/5000", "hr=1/1"):
        with pytest.raises(InvalidInput, match="ZHIBU_GRAPHQL_CLIENT_POINTS"):
            read_settings({"ZHIBU_GRAPHQL_CLIENT_POINTS": wrong})
