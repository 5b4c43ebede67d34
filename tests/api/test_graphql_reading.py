"""What each role reads: pages, filters, nested lists, own parts of the tree; masked values, and whole ones audited."""

# ruff: noqa: E501 operations and attacks read best in one line

from typing import Any

import pytest
from sqlalchemy import select

from zhibu_core.audit import AuditEntry
from zhibu_core.platform import Platform

NAMES = "{ members(first: 100) { totalCount edges { node { name } } } }"


def names(data: Any) -> list[str]:
    return [edge["node"]["name"] for edge in data["edges"]]


async def test_the_viewer_is_who_asks(api: Any) -> None:
    query = "{ viewer { name today tenant { slug } roles { role organization { code } } person { name organization { code } } } }"
    viewer = (await api.ask(query, "member")).data["viewer"]
    assert viewer["person"] == {"name": "王111", "organization": {"code": "111"}}
    assert viewer["roles"] == [{"role": "member", "organization": {"code": "111"}}]
    assert viewer["today"] == "2026-10-31"
    assert (await api.ask(query, "admin")).data["viewer"]["person"] is None


@pytest.mark.parametrize(("role", "count"), [("organizer", 10), ("auditor", 10), ("secretary", 4), ("member", 1)])
async def test_members_are_read_where_one_may(api: Any, role: str, count: int) -> None:
    found = (await api.ask(NAMES, role)).data["members"]
    assert found["totalCount"] == len(found["edges"]) == count


@pytest.mark.parametrize("field", ["members(first: 1) { totalCount }", "facts(first: 1) { totalCount }"])
async def test_an_administrator_reads_no_members_and_no_facts(api: Any, field: str) -> None:
    answer = await api.ask(f"{{ {field} organizations(first: 100) {{ totalCount }} }}", "admin")
    assert answer.code == "FORBIDDEN"
    assert answer.body["data"] == {field.split("(")[0]: None, "organizations": {"totalCount": 7}}
    nested = await api.ask(f'{{ organization(code: "111") {{ name {field} }} }}', "admin")
    assert nested.code == "FORBIDDEN"
    assert nested.body["data"]["organization"] == {"name": "组织111", field.split("(")[0]: None}


@pytest.mark.parametrize(
    ("role", "codes"),
    [("organizer", ["1", "11", "111", "112", "12", "121", "122"]), ("secretary", ["111"]), ("member", ["111"])],
)
async def test_organizations_are_read_where_one_may(api: Any, role: str, codes: list[str]) -> None:
    found = (await api.ask("{ organizations(first: 100) { edges { node { code } } } }", role)).data["organizations"]
    assert [edge["node"]["code"] for edge in found["edges"]] == codes


async def test_pages_follow_one_another(api: Any) -> None:
    query = """query Page($after: String) { members(first: 4, after: $after) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { name } } } }"""
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = (await api.ask(query, variables={"after": after})).data["members"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["totalCount"] == 10
        seen += names(page)
        after = page["pageInfo"]["endCursor"]
        assert after == page["edges"][-1]["cursor"]
    assert page["pageInfo"]["hasNextPage"] is False
    assert seen == names((await api.ask(NAMES)).data["members"])
    assert len(set(seen)) == 10


async def test_pages_of_facts_run_from_the_newest(api: Any) -> None:
    query = "query P($a: String) { facts(first: 7, after: $a) { totalCount pageInfo { endCursor } edges { node { id happenedOn } } } }"
    seen: list[tuple[str, str]] = []
    after = None
    while len(seen) < 100:
        page = (await api.ask(query, variables={"a": after})).data["facts"]
        seen += [(e["node"]["happenedOn"], e["node"]["id"]) for e in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["edges"]:
            break
    assert len(seen) == len(set(seen)) == page["totalCount"] == 28
    assert [day for day, _ in seen] == sorted((day for day, _ in seen), reverse=True)


async def test_lists_below_an_organization(api: Any) -> None:
    query = """query Q($at: ID, $below: Boolean = true) { members(first: 100, organization: $at, below: $below) { totalCount }
      organizations(first: 100, organization: $at, below: $below) { totalCount }
      facts(first: 100, organization: $at, below: $below, kind: "theme_day", period: "2026-04") { totalCount } }"""
    at = (await api.ask('{ organization(code: "11") { id } }')).data["organization"]["id"]
    found = (await api.ask(query, variables={"at": at})).data
    assert [found[key]["totalCount"] for key in ("members", "organizations", "facts")] == [6, 3, 2]
    found = (await api.ask(query, variables={"at": at, "below": False})).data
    assert [found[key]["totalCount"] for key in ("members", "organizations", "facts")] == [0, 1, 0]


async def test_filters(api: Any) -> None:
    query = """{ a: members(first: 9, name: "张") { totalCount } b: members(first: 9, number: "1110") { edges { node { name } } }
      c: members(first: 9, class: probationary) { totalCount } d: organizations(first: 9, kind: branch) { totalCount }
      e: organizations(first: 9, name: "12") { totalCount } f: members(first: 9, status: normal, isLost: false) { totalCount } }"""
    found = (await api.ask(query)).data
    assert [found[key]["totalCount"] for key in "acdef"] == [4, 0, 4, 3, 10]
    assert names(found["b"]) == ["张111"]


async def test_nested_lists_belong_to_their_parent(api: Any) -> None:
    query = """{ organizations(first: 100) { edges { node { code parent { code } children(first: 5) { edges { node { code } } }
      terms { number } positions { role member { name } }
      members(first: 2) { totalCount pageInfo { hasNextPage } edges { node { name organization { code } } } }
      own: members(first: 2, below: false) { totalCount } } } } }"""
    nodes = {e["node"]["code"]: e["node"] for e in (await api.ask(query)).data["organizations"]["edges"]}
    assert {code: node["members"]["totalCount"] for code, node in nodes.items()} == {
        "1": 10, "11": 6, "12": 4, "111": 4, "112": 2, "121": 2, "122": 2,
    }  # fmt: skip
    assert nodes["11"]["own"]["totalCount"] == 0
    assert nodes["11"]["members"]["pageInfo"]["hasNextPage"] is True
    assert nodes["122"]["members"]["pageInfo"]["hasNextPage"] is False
    assert all(e["node"]["organization"]["code"].startswith("12") for e in nodes["12"]["members"]["edges"])
    assert [e["node"]["code"] for e in nodes["12"]["children"]["edges"]] == ["121", "122"]
    assert nodes["111"]["parent"] == {"code": "11"}
    assert nodes["111"]["terms"] == [{"number": 3}]
    assert nodes["111"]["positions"] == [{"role": "secretary", "member": {"name": "张111"}}]


async def test_a_secretary_does_not_read_above(api: Any) -> None:
    found = (
        await api.ask(
            '{ organization(code: "111") { parent { code } } up: organization(code: "11") { code } }', "secretary"
        )
    ).data
    assert found == {"organization": {"parent": None}, "up": None}


async def test_sensitive_values_are_masked(api: Any) -> None:
    query = '{ members(first: 1, number: "1110") { edges { node { citizenId phone address } } } }'
    for role in ("organizer", "auditor", "secretary"):
        node = (await api.ask(query, role)).data["members"]["edges"][0]["node"]
        assert node == {"citizenId": "990***********0017", "phone": "138****1234", "address": "云汀省云汀市***"}


async def test_whole_values_need_the_right_and_are_audited(api: Any, platform: Platform) -> None:
    query = (
        '{ members(first: 2, name: "张") { edges { node { unmasked(purpose: "核对转接材料") { citizenId phone } } } } }'
    )
    answer = await api.ask(query, "auditor")
    assert answer.code == "FORBIDDEN"
    assert "990101199001010017" not in str(answer.body)
    nodes = [edge["node"]["unmasked"] for edge in (await api.ask(query)).data["members"]["edges"]]
    assert {"citizenId": "990101199001010017", "phone": "13800001234"} in nodes
    async with platform.database.session(api.home.tenant.id) as session:
        entries = list(await session.scalars(select(AuditEntry).where(AuditEntry.action == "member.unmask")))
    assert [entry.purpose for entry in entries] == ["核对转接材料"] * 2
    assert all("990101" not in str(entry.fields) for entry in entries)
    empty = await api.ask('{ members(first: 1) { edges { node { unmasked(purpose: " ") { phone } } } } }')
    assert empty.code == "BAD_USER_INPUT"


async def test_the_tree_as_of_a_day(api: Any) -> None:
    query = '{ organizations(first: 9, asOf: "2014-12-31") { totalCount } now: organizations(first: 9, asOf: "2026-01-01") { totalCount } }'
    found = (await api.ask(query)).data
    assert found == {"organizations": {"totalCount": 0}, "now": {"totalCount": 7}}
    at = (
        await api.ask('{ organization(code: "11") { id children(first: 5, asOf: "2020-01-01") { totalCount } } }')
    ).data["organization"]
    assert at["children"]["totalCount"] == 2
    below = await api.ask(
        'query Q($at: ID) { organizations(first: 9, organization: $at, asOf: "2020-01-01") { totalCount } }',
        variables={"at": at["id"]},
    )
    assert below.data["organizations"]["totalCount"] == 3


async def test_facts_carry_their_evidence(api: Any) -> None:
    query = '{ facts(first: 1, kind: "attendance") { edges { node { kind mark grade source recordType recordId end { reason } member { name } organization { code } } } } }'
    node = (await api.ask(query, "secretary")).data["facts"]["edges"][0]["node"]
    assert node["organization"] == {"code": "111"}
    assert (node["mark"], node["grade"], node["source"], node["end"]) == ("present", "recorded", "orglife", None)
    assert node["member"]["name"].endswith("111")
