"""The audit by GraphQL: opening a member is noted, the auditor reads all, everybody what concerned the own record."""

from typing import Any

import pytest

from zhibu_core.platform import Platform

MEMBERS = '{ members(first: 1, name: "张", organization: null) { edges { node { id name } } } }'
OPENED = "query Q($id: ID!) { node(id: $id) { ... on Member { name } } }"
ENTRIES = """query Q($action: String, $objectId: ID, $since: DateTime) {
  auditEntries(first: 50, action: $action, objectId: $objectId, since: $since) {
    totalCount edges { cursor node { id at actorName action objectType objectId fields purpose client } } } }"""
ACCESSES = "{ viewer { person { id } accesses(first: 10) { totalCount edges { node { actorName action fields } } } } }"


async def own_id(api: Any, role: str) -> str:
    return str((await api.ask(ACCESSES, role)).data["viewer"]["person"]["id"])


async def test_opening_a_member_is_noted_once_and_seen_by_the_person(fresh: Any) -> None:
    member = await own_id(fresh, "member")
    assert (await fresh.ask(OPENED, "organizer", {"id": member})).data["node"]
    assert (await fresh.ask(OPENED, "member", {"id": member})).data["node"]
    found = (await fresh.ask(ENTRIES, "auditor", {"action": "member.read"})).data["auditEntries"]
    (entry,) = [edge["node"] for edge in found["edges"]]
    assert (entry["objectType"], entry["fields"], entry["client"]) == ("person", ["record"], "test")
    again = (await fresh.ask(ENTRIES, "auditor", {"objectId": entry["objectId"]})).data["auditEntries"]
    assert again["totalCount"] == 1
    seen = (await fresh.ask(ACCESSES, "member")).data["viewer"]["accesses"]
    assert (seen["totalCount"], seen["edges"][0]["node"]["fields"]) == (1, ["record"])


async def test_a_foreign_or_unreadable_member_leaves_no_row(fresh: Any) -> None:
    foreign = (await fresh.ask(ACCESSES, "member", at=fresh.neighbour)).data["viewer"]["person"]["id"]
    assert (await fresh.ask(OPENED, "organizer", {"id": foreign})).data == {"node": None}
    for at in (fresh.home, fresh.neighbour):
        found = (await fresh.ask(ENTRIES, "auditor", {"action": "member.read"}, at=at)).data["auditEntries"]
        assert found["totalCount"] == 0


@pytest.mark.parametrize("role", ["organizer", "secretary", "member", "admin"])
async def test_only_the_auditor_reads_all(api: Any, role: str) -> None:
    assert (await api.ask(ENTRIES, role)).code == "FORBIDDEN"


async def test_nobody_reads_what_concerned_others(fresh: Any, platform: Platform) -> None:
    member = await own_id(fresh, "member")
    await fresh.ask(OPENED, "organizer", {"id": member})
    for role, at in (("secretary", fresh.home), ("organizer", fresh.home), ("member", fresh.neighbour)):
        assert (await fresh.ask(ACCESSES, role, at=at)).data["viewer"]["accesses"]["totalCount"] == 0


async def test_what_cannot_be_read_is_said(api: Any) -> None:
    assert (await api.ask(ENTRIES, "auditor", {"objectId": "nonsense"})).code == "BAD_USER_INPUT"
    assert (await api.ask(ENTRIES, "auditor", {"since": "2026-10-31T08:00:00"})).code == "BAD_USER_INPUT"
    assert (await api.ask(ENTRIES, "auditor", {"since": "2999-10-31T08:00:00+08:00"})).data["auditEntries"][
        "edges"
    ] == []
