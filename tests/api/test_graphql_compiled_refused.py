"""What is refused in a compiled read: a null and an error in its place, as resolvers say it, by one statement."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest
from graphql import FieldNode, build_schema, parse
from sqlalchemy import text

from zhibu_core.audit import note
from zhibu_core.audit.refusals import REFUSED
from zhibu_core.errors import Forbidden, NotFound
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Actor, Grant, Scope
from zhibu_core.words import Words
from zhibu_graphql.compiled.refusals import Refusal, told
from zhibu_graphql.compiled.selection import Selecting
from zhibu_graphql.context import Context
from zhibu_graphql.engine import Operation, engine_for
from zhibu_graphql.ids import global_id
from zhibu_graphql.live.answering import answer_now
from zhibu_testing.fixtures import all_powers

ROOT = '{ facts(first: 1) { totalCount } more: facts(first: 2, kind: "x") { totalCount } organization(code: "111") { name } }'
NESTED = (
    "{ members(first: 3) { edges { node { name f: facts(first: 1) { totalCount } organization { sums { came } } } } } }"
)
MERGED = """{ organizations(first: 2) { edges { node { ...A code ... on Organization { sums { came } } } } }
  other: organization(code: "12") { ...A } } fragment A on Organization { name sums { asked } }"""
UNION = """{ auditEntries(first: 3) { edges { node { action subject { ... on Member { name facts(first: 1) { totalCount } }
  ... on Organization { name } } } } } }"""
PLACED = "{ organizations(first: 9) { edges { node { code positions { role } sums { came } } } } }"
SKIPPED = 'query($no: Boolean!) { facts(first: 1) @skip(if: $no) { totalCount } organization(code: "111") { name } }'


@pytest.fixture(params=["home", "neighbour"])
async def place(request: pytest.FixtureRequest, api: Any, platform: Platform) -> Any:
    """A tenant in whose audit a person stands."""
    found = getattr(api, request.param)
    async with platform.database.session(found.tenant.id) as session:
        who = Scope(found.tenant, frozenset(), Actor(found.people["张111"].id, "x"), (), "r")
        await note(session, who, "member.read", "person", found.people["王111"].id, fields=["record"])
    return found


async def without(platform: Platform, place: Any, *actions: str, but_at: str | None = None) -> Scope:
    """Somebody who may do everything but this, or this in one part of the tree only."""
    scope = await all_powers(platform, place.tenant)
    some = Grant("a", None, "", scope.grants[0].actions - set(actions))
    part = (Grant("b", None, but_at, frozenset(actions)),) if but_at else ()
    return replace(scope, grants=(some, *part))


async def both(platform: Platform, scope: Scope, query: str, locale: str = "en", **variables: Any) -> dict[str, Any]:
    """The compiled answer, which must be what resolvers answer."""
    engine, operation = engine_for(platform.host), Operation(query, variables)
    answer, _ = await engine.by_statement(platform, scope, operation)
    assert answer is not None, query
    async with platform.database.session(scope.tenant.id) as session:
        expected = await engine.run(Context(platform, session, scope, locale=locale), operation)
    said: dict[str, Any] = json.loads(answer.content(lambda: locale))
    assert said["data"] == expected["data"], query
    assert said["extensions"] == expected["extensions"], query
    assert _sorted(said) == _sorted(expected), query
    return said


def _sorted(answer: dict[str, Any]) -> list[str]:
    return sorted(json.dumps(error) for error in answer.get("errors", ()))


def paths(answer: dict[str, Any]) -> list[str]:
    return [".".join(map(str, error["path"])) for error in answer.get("errors", ())]


@pytest.mark.parametrize("query", [ROOT, NESTED, MERGED, UNION])
async def test_what_is_refused_everywhere_is_said_in_each_place(platform: Platform, place: Any, query: str) -> None:
    scope = await without(platform, place, "fact.read")
    for locale in ("en", "zh_CN"):
        answer = await both(platform, scope, query, locale)
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"FORBIDDEN"}
        assert ("权限" in answer["errors"][0]["message"]) == (locale == "zh_CN")


async def test_paths_have_aliases_and_numbers_and_locations_all_that_ask(platform: Platform, api: Any) -> None:
    scope = await without(platform, api.home, "fact.read")
    assert paths(await both(platform, scope, ROOT)) == ["facts", "more"]
    assert paths(await both(platform, scope, NESTED))[:2] == [
        f"members.edges.0.node.{tail}" for tail in ("f", "organization.sums")
    ]
    merged = await both(platform, scope, MERGED)
    assert [len(error["locations"]) for error in merged["errors"]] == [2, 2, 1]
    assert paths(await both(platform, scope, SKIPPED, no=True)) == []
    assert paths(await both(platform, scope, SKIPPED, no=False)) == ["facts"]


async def test_one_plan_for_texts_of_other_values_and_each_error_where_it_stands_in_its_own(
    platform: Platform, api: Any
) -> None:
    scope = await without(platform, api.home, "fact.read")
    query = '{ organization(code: "%s") { name sums { came } } facts(first: 1, kind: """%s""") { totalCount } } # %s'
    plans = []
    for values in (("111", "x", ""), ("1", "yy\n\nyy", "z"), ("\\u0031", "", "")):
        answer = await both(platform, scope, query % values)
        assert sorted(paths(answer)) == ["facts", "organization.sums"]
        plans.append(len(engine_for(platform.host).reads.plans))
    assert plans[0] == plans[1]


async def test_at_some_places_it_is_refused_and_at_others_shown(platform: Platform, place: Any) -> None:
    scope = await without(platform, place, "fact.read", "member.read", but_at="1/11/111/")
    answer = await both(platform, scope, PLACED)
    nodes = [edge["node"] for edge in answer["data"]["organizations"]["edges"]]
    assert (
        {node["code"] for node in nodes if node["sums"]}
        == {node["code"] for node in nodes if node["positions"]}
        == {"111"}
    )
    assert len(answer["errors"]) == 2 * (len(nodes) - 1)


async def test_what_is_opened_by_its_id_is_noted_and_refused_in_part(platform: Platform, api: Any) -> None:
    scope = await without(platform, api.home, "fact.read")
    key = global_id("M", api.home.people["李111"].id.bytes)
    query = "query($id: ID!) { node(id: $id) { id ... on Member { name facts(first: 1) { totalCount } } } }"
    answer = await both(platform, scope, query, id=key)
    assert (answer["data"]["node"]["name"], paths(answer)) == ("李111", ["node.facts"])
    async with platform.database.session(api.home.tenant.id) as session:
        found = text(
            "select count(*) from audit_entry where tenant_id = :t and object_id = :o and action = 'member.read'"
        )
        assert await session.scalar(found, {"t": api.home.tenant.id, "o": api.home.people["李111"].id}) == 2
    foreign = global_id("M", api.neighbour.people["李111"].id.bytes)
    assert await both(platform, scope, query, id=foreign) | {"extensions": 0} == {
        "data": {"node": None},
        "extensions": 0,
    }


async def test_what_is_refused_takes_nothing_else_with_it(platform: Platform, api: Any) -> None:
    scope = await without(platform, api.home, "partnership.board.read")
    answer = await both(platform, scope, '{ organization(code: "111") { code } boardListing }')
    assert answer["data"] == {"organization": {"code": "111"}, "boardListing": None}
    assert paths(answer) == ["boardListing"]


def test_a_null_that_may_not_be_takes_what_is_above() -> None:
    text = "{ a { rows { title name } } sure { title } }"
    a, sure = parse(text).definitions[0].selection_set.selections  # type: ignore[attr-defined]
    title, below = sure.selection_set.selections[0], a.selection_set.selections[0].selection_set.selections[0]
    none = NotFound("x", Words("无", "none"))
    refusals = [Refusal([below], 3, none), Refusal([title], 0, none)]

    def answer(sure: str) -> Any:
        return {"a": {"rows": [{"title": "m!0", "name": "m!0"}, {"title": "t"}]}, "sure": {"title": sure}}

    data, errors = told(answer("t"), "m", refusals, text)
    assert data == {"a": {"rows": [None, {"title": "t"}]}, "sure": {"title": "t"}}
    assert [error.path for error in errors] == [("a", "rows", 0, "title")]
    data, errors = told(answer("m!1"), "m", refusals, text)
    assert data is None
    assert errors[-1].path == ("sure", "title")


def test_types_say_how_far_a_null_goes_up() -> None:
    schema = build_schema(
        "type Query { a: A, sure: A! } type A { rows: [[A!]], all: [A!]!, it: A!, name: String, title: String! }"
    )
    document = parse("{ a { rows { title name } all { title } it { it { all { title } } } } sure { it { title } } }")
    selecting = Selecting(schema, document.definitions[0], {}, {})  # type: ignore[arg-type]
    found: dict[str, int] = {}

    def gather(kind: Any, above: Any, path: str) -> None:
        for one in selecting.asked(kind, above):
            found[path + one.key] = one.nulled
            if one.below:
                gather(one.inside, one, f"{path}{one.key}.")

    gather(schema.query_type, None, "")
    assert (found["a"], found["a.rows"], found["a.rows.name"], found["a.rows.title"]) == (1, 2, 5, 3)
    assert (found["a.all.title"], found["a.it.it.all.title"], found["sure.it.title"]) == (1, 1, 0)


def test_of_what_became_null_once_nothing_more_is_said() -> None:
    document = "{ a { b } c }"
    node: Any = parse(document).definitions[0]
    asked: list[FieldNode] = [node.selection_set.selections[1]]
    refusals = [Refusal(asked, steps, Forbidden("x", "x")) for steps in (2, 3, 0)]
    rows = [{"b": "m!0", "d": "m!1"}, {"d": {"e": ["m!1", 1]}, "b": "m"}]
    data, errors = told({"a": rows}, "m", refusals, document)
    assert data == {"a": [None, {"d": None, "b": "m"}]}
    assert [(error.path, error.places) for error in errors] == [
        (("a", 0, "b"), [(1, 11)]),
        (("a", 1, "d", "e", 0), [(1, 11)]),
    ]
    data, errors = told({"a": {"b": "m!1"}, "c": "m!2"}, "m", refusals, document)
    assert (data, [error.path for error in errors]) == (None, [("c",)])


BAD = [
    ('{ members(first: 1, after: "zz") { totalCount } organizations(first: 1) { totalCount } }', ["members"]),
    ('{ members(first: 1, after: "") { totalCount } organizations(first: 1) { totalCount } }', ["members"]),
    ('query($p: String = "never") { facts(first: 1, period: $p, after: "zz") { totalCount } }', ["facts"]),
    ('{ a: facts(first: 1, period: "") { totalCount } b: facts(first: 1, period: "2026") { totalCount } }', ["a"]),
    ('{ facts(first: 1, organization: "x", after: "zz") { totalCount } }', ["facts"]),
    ('{ facts(first: 1, organization: "x", period: "zz") { totalCount } }', ["facts"]),
    (
        '{ organizations(first: 2) { edges { node { code facts(first: 1, period: "never") { totalCount } } } } }',
        ["organizations.edges.0.node.facts", "organizations.edges.1.node.facts"],
    ),
    ('{ organizations(first: 1, name: "9") { edges { node { facts(first: 1, after: "zz") { totalCount } } } } }', []),
]  # fmt: skip


@pytest.mark.parametrize(("query", "where"), BAD)
async def test_bad_arguments_are_said_in_their_places_too(
    platform: Platform, api: Any, query: str, where: list[str]
) -> None:
    scope = await all_powers(platform, api.home.tenant)
    plans = engine_for(platform.host).reads.plans
    for _ in range(2):
        assert paths(await both(platform, scope, query)) == where
        before = len(plans)
    assert len(plans) == before


async def test_a_plan_serves_only_those_who_may_as_much(platform: Platform, place: Any) -> None:
    query = "{ members(first: 2) { edges { node { name facts(first: 1) { totalCount } } } } }"
    may = await all_powers(platform, place.tenant)
    askers = [
        may,
        await without(platform, place, "fact.read"),
        may,
        await without(platform, place, "member.read", "member.read_own"),
    ]
    counts = [len(paths(await both(platform, asker, query))) for asker in askers * 2]
    assert counts == [0, 2, 0, 1] * 2


async def test_a_request_says_and_notes_it_by_one_statement(
    fresh: Any, platform: Platform, statements: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, query = fresh, '{ auditEntries(first: 1) { totalCount } organization(code: "111") { name } }'
    english = {"Accept-Language": "en"}
    first = await api.ask(query, "member", headers=english)
    assert (first.body["data"], first.code) == (
        {"auditEntries": None, "organization": {"name": "组织111"}},
        "FORBIDDEN",
    )
    assert "permission" in first.body["errors"][0]["message"]
    with statements:
        again = await api.ask(query, "member", headers=english)
    assert again.body == first.body
    assert len(statements.seen) == 2, statements.seen  # the look at who asks, which travels with it, and the read
    at, tenant = platform.tenants.known[api.home.tenant.slug]
    monkeypatch.setitem(platform.tenants.known, api.home.tenant.slug, (at, replace(tenant, is_demo=True)))
    way = await api.ask(query, "member")
    assert way.headers["zhibu-way"] == "compiled; statements=1"
    assert "权限" in way.body["errors"][0]["message"]
    await platform.refusals.flush(every=True)
    async with platform.database.session(api.home.tenant.id) as session:
        noted = text(
            "select object_type, fields, purpose, client from audit_entry where tenant_id = :t and action = :a order by at"
        )
        rows = (await session.execute(noted, {"t": api.home.tenant.id, "a": REFUSED})).all()
    assert [tuple(row) for row in rows] == [
        ("graphql", ["forbidden", "graphql.query"], f"{times}POST /graphql", "test") for times in ("", "×2 ")
    ]


async def test_a_subscription_is_told_as_well(platform: Platform, api: Any) -> None:
    engine = engine_for(platform.host)
    key = global_id("O", api.home.organizations["111"].id.bytes)
    watch = Operation("subscription($id: ID!) { organization(id: $id) { name sums { came } } }", {"id": key})
    part, none = await without(platform, api.home, "fact.read"), await without(platform, api.home, "organization.read")
    for scope, is_gone in ((part, False), (none, True)):
        assert engine.watched(scope, watch) is not None
        answers = [
            await answer_now(platform, engine, scope, watch, time.monotonic(), prefix="", locale=locale)
            for locale in ("en", "zh_CN")
        ]
        assert [answer.is_gone for answer in answers] == [is_gone] * 2
        assert ["permission" in answer.errors[0]["message"] for answer in answers] == [True, False]
        assert json.loads(answers[0].content)["errors"] == answers[0].errors
