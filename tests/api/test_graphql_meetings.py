"""Organizational life through the API: a meeting is recorded once, duties are met by it, and it can be taken back."""

# ruff: noqa: E501 operations and attacks read best in one line

from typing import Any

import pytest_asyncio
from sqlalchemy import update

from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import TenantSetting

DUTY = """{ organization(code: "111") { duties(period: "2026-09", first: 9, below: false) { edges { node { kind state held facts { id } } } } } }"""
RECORD = """mutation R($input: MeetingInput!, $meeting: ID, $submit: Boolean = true) {
  recordMeeting(input: $input, meeting: $meeting, submit: $submit) {
    meeting { id state version kinds heldOn topic roll { name mark confirmed member { name } } tasks { text owner { name } } organization { code } }
    errors { code message field } } }"""
CORRECT = """mutation C($meeting: ID!, $input: MeetingInput!, $reason: String!) {
  correctMeeting(meeting: $meeting, input: $input, reason: $reason) { meeting { id state version reason } errors { code field } } }"""
WITHDRAW = """mutation W($meeting: ID!, $reason: String!) {
  withdrawMeeting(meeting: $meeting, reason: $reason) { meeting { id state reason } errors { code field } } }"""
APPROVE = (
    "mutation A($meeting: ID!) { approveMeeting(meeting: $meeting) { meeting { id state } errors { code field } } }"
)
STATE = "query S($id: ID!) { node(id: $id) { ... on Meeting { state } } }"
MEETINGS = (
    """{ organization(code: "111") { meetings(first: 5) { totalCount edges { node { id state roll { name } } } } } }"""
)


@pytest_asyncio.fixture(loop_scope="session")
async def api(fresh: Any) -> Any:
    """These tests write."""
    return fresh


async def given(api: Any, code: str = "111", **changed: Any) -> dict[str, Any]:
    """A complete record of a theme day of the branch, with all its members."""
    query = f'{{ organization(code: "{code}") {{ id members(first: 9) {{ edges {{ node {{ id name }} }} }} }} }}'
    branch = (await api.ask(query)).data["organization"]
    people = [edge["node"]["id"] for edge in branch["members"]["edges"]]
    return {
        "organization": branch["id"],
        "kinds": ["theme_day"],
        "startsAt": "2026-09-10T15:00:00",
        "endsAt": "2026-09-10T16:30:00",
        "place": "活动室",
        "chair": "张111",
        "recorder": "王111",
        "topic": "学习新修订的发展党员工作细则",
        "points": "逐条学习并讨论本支部如何落实,明确了分工。",
        "resolution": "按新细则办理。",
        "roll": [
            {"member": person, "mark": "absent" if n == 0 else "present", "reason": "出差" if n == 0 else ""}
            for n, person in enumerate(people)
        ],
        "tasks": [{"text": "整理新旧对照表", "owner": people[1], "dueOn": "2026-09-30"}],
    } | changed


async def theme_day(api: Any) -> dict[str, Any]:
    edges = (await api.ask(DUTY)).data["organization"]["duties"]["edges"]
    return next(edge["node"] for edge in edges if edge["node"]["kind"] == "theme_day")


async def recorded(api: Any, role: str = "secretary", **variables: Any) -> dict[str, Any]:
    payload = (await api.ask(RECORD, role, variables={"input": await given(api)} | variables)).data["recordMeeting"]
    assert payload["errors"] == []
    return dict(payload["meeting"])


async def test_a_record_meets_the_duty_and_its_withdrawal_undoes_that(api: Any) -> None:
    assert (await theme_day(api))["state"] == "missed"
    meeting = await recorded(api)
    assert (meeting["state"], meeting["version"], meeting["heldOn"], meeting["kinds"]) == (
        "approved",
        1,
        "2026-09-10",
        ["theme_day"],
    )
    assert sorted(line["mark"] for line in meeting["roll"]) == ["absent", "present", "present", "present"]
    assert meeting["tasks"][0]["owner"]["name"].endswith("111")
    duty = await theme_day(api)
    assert (duty["state"], duty["held"], len(duty["facts"])) == ("met", 1, 1)
    without = (await api.ask(WITHDRAW, "secretary", variables={"meeting": meeting["id"], "reason": ""})).data[
        "withdrawMeeting"
    ]
    assert without == {"meeting": None, "errors": [{"code": "reason_missing", "field": "reason"}]}
    done = (await api.ask(WITHDRAW, "secretary", variables={"meeting": meeting["id"], "reason": "日期写错"})).data[
        "withdrawMeeting"
    ]
    assert done["meeting"]["state"] == "withdrawn"
    assert (await theme_day(api))["state"] == "missed"
    ended = (
        await api.ask(
            '{ facts(first: 9, kind: "theme_day", period: "2026-09", includeEnded: true) { edges { node { end { reason note } } } } }'
        )
    ).data
    assert [edge["node"]["end"]["reason"] for edge in ended["facts"]["edges"]] == ["retracted"]


async def test_a_correction_supersedes(api: Any) -> None:
    meeting = await recorded(api)
    changed = await given(api, startsAt="2026-09-11T15:00:00", endsAt="2026-09-11T16:00:00")
    payload = (
        await api.ask(
            CORRECT, "secretary", variables={"meeting": meeting["id"], "input": changed, "reason": "日期写错"}
        )
    ).data["correctMeeting"]
    assert (payload["errors"], payload["meeting"]["version"], payload["meeting"]["state"]) == ([], 2, "approved")
    assert (await api.ask(STATE, variables={"id": meeting["id"]})).data["node"] == {"state": "replaced"}
    facts = (
        await api.ask('{ facts(first: 9, kind: "theme_day", period: "2026-09") { edges { node { happenedOn } } } }')
    ).data["facts"]
    assert [edge["node"]["happenedOn"] for edge in facts["edges"]] == ["2026-09-11"]


async def test_a_second_person_approves_where_the_tenant_asks_for_one(api: Any, platform: Platform) -> None:
    async with platform.database.session(api.home.tenant.id) as session:
        await session.execute(
            update(TenantSetting).where(TenantSetting.key == "approval.second_person").values(value={"value": True})
        )
    meeting = await recorded(api)
    assert meeting["state"] == "submitted"
    assert (await theme_day(api))["state"] == "missed"
    assert (await api.ask(APPROVE, "secretary", variables={"meeting": meeting["id"]})).code == "FORBIDDEN"
    payload = (await api.ask(APPROVE, "organizer", variables={"meeting": meeting["id"]})).data["approveMeeting"]
    assert payload == {"meeting": {"id": meeting["id"], "state": "approved"}, "errors": []}
    again = (await api.ask(APPROVE, "organizer", variables={"meeting": meeting["id"]})).data["approveMeeting"]
    assert [error["code"] for error in again["errors"]] == ["not_waiting"]


async def test_user_errors_name_the_field_and_nothing_is_kept(api: Any) -> None:
    for change, field in (
        ({"kinds": []}, "kinds"),
        ({"kinds": ["picnic"]}, "kinds"),
        ({"roll": [{"member": "x"}]}, "roll"),
    ):
        payload = (await api.ask(RECORD, "secretary", variables={"input": await given(api, **change)})).data[
            "recordMeeting"
        ]
        assert payload["meeting"] is None
        assert [error["field"] for error in payload["errors"]] == [field]
    assert (await api.ask(MEETINGS)).data["organization"]["meetings"]["totalCount"] == 0


async def test_drafts_are_for_those_who_record(api: Any) -> None:
    meeting = await recorded(api, submit=False)
    assert meeting["state"] == "draft"
    for role, node in (("secretary", {"state": "draft"}), ("member", None), ("auditor", None), ("admin", None)):
        assert (await api.ask(STATE, role, variables={"id": meeting["id"]})).data["node"] == node
    payload = (
        await api.ask(RECORD, "secretary", variables={"input": await given(api), "meeting": meeting["id"]})
    ).data["recordMeeting"]
    assert (payload["meeting"]["id"], payload["meeting"]["state"]) == (meeting["id"], "approved")


async def test_a_member_reads_the_own_line_of_the_roll(api: Any) -> None:
    await recorded(api)
    seen = (await api.ask(MEETINGS, "member")).data["organization"]["meetings"]["edges"][0]["node"]
    assert [line["name"] for line in seen["roll"]] == ["王111"]
    assert len((await api.ask(MEETINGS, "auditor")).data["organization"]["meetings"]["edges"][0]["node"]["roll"]) == 4


async def test_only_who_may_records(api: Any) -> None:
    own, other = await given(api), await given(api, "121")
    for role in ("member", "auditor", "admin"):
        answer = await api.ask(RECORD, role, variables={"input": own})
        assert (answer.code, answer.body["data"]) == ("FORBIDDEN", {"recordMeeting": None})
    assert (await api.ask(RECORD, "secretary", variables={"input": other})).code == "NOT_FOUND"


async def test_the_neighbours_meetings_are_like_none(api: Any) -> None:
    foreign = (
        await api.ask(RECORD, "secretary", at=api.neighbour, variables={"input": await given_at_neighbour(api)})
    ).data
    id_ = foreign["recordMeeting"]["meeting"]["id"]
    assert (await api.ask(STATE, variables={"id": id_})).data == {"node": None}
    for query, variables in (
        (APPROVE, {}),
        (WITHDRAW, {"reason": "理由"}),
        (CORRECT, {"reason": "理由", "input": await given(api)}),
        (RECORD, {"input": await given(api)}),
    ):
        answers = [
            await api.ask(query, variables={"meeting": text} | variables)
            for text in (id_, "T006AAAAAAAAAAAAAAAAAAAAAA", "x")
        ]
        assert {answer.code for answer in answers} == {"NOT_FOUND"}
        assert all(answer.body == answers[0].body for answer in answers)
    input_ = await given(api)
    foreign_input = await given_at_neighbour(api)
    stolen = await api.ask(RECORD, variables={"input": input_ | {"organization": foreign_input["organization"]}})
    assert stolen.code == "NOT_FOUND"
    roll = (await api.ask(RECORD, variables={"input": input_ | {"roll": foreign_input["roll"]}})).data["recordMeeting"]
    assert (roll["meeting"], [error["field"] for error in roll["errors"]]) == (None, ["roll"])


async def given_at_neighbour(api: Any) -> dict[str, Any]:
    """The same record for the neighbour's branch."""
    home, api.home = api.home, api.neighbour
    try:
        return await given(api)
    finally:
        api.home = home


async def test_off_means_that_nothing_of_it_can_be_named(api: Any) -> None:
    meeting = await recorded(api)
    off = 'mutation { disablePlugin(plugin: "orglife") { errors { code } } }'
    assert (await api.ask(off, "admin")).data["disablePlugin"]["errors"] == []
    for query in (
        MEETINGS,
        STATE,
        '{ __typename ...F } fragment F on Query { node(id: "x") { ... on Meeting { id } } }',
    ):
        answer = await api.ask(query, variables={"id": meeting["id"]} if query == STATE else None)
        assert (answer.status, answer.code) == (400, "BAD_USER_INPUT")
        assert "data" not in answer.body
    assert (await api.ask("query N($id: ID!) { node(id: $id) { id } }", variables={"id": meeting["id"]})).data == {
        "node": None
    }
    kinds = (await api.ask("{ __schema { types { name } mutationType { fields { name } } } }")).data["__schema"]
    assert "Meeting" not in str(kinds)
    assert (await api.ask(STATE, at=api.neighbour, variables={"id": meeting["id"]})).data == {"node": None}
    await api.ask('mutation { enablePlugin(plugin: "orglife") { errors { code } } }', "admin")
    assert (await api.ask(STATE, variables={"id": meeting["id"]})).data == {"node": {"state": "approved"}}


async def test_statements_do_not_grow_with_meetings(api: Any, statements: Any) -> None:
    for day in range(1, 13):
        start = f"2026-09-{day:02d}T15:00:00"
        await recorded(api, "organizer", input=await given(api, startsAt=start, endsAt=None, kinds=["study"]))
    query = """{ organizations(first: 9) { edges { node { meetings(first: %d) { totalCount edges { node { topic
      organization { name } roll { mark member { name } } tasks { text owner { name } } } } } } } } }"""
    counts = []
    for first in (1, 10):
        await api.ask(query % first)
        with statements:
            statements.seen.clear()
            assert "errors" not in (await api.ask(query % first)).body
            counts.append(len(statements.seen))
    assert counts[0] == counts[1] <= 16
