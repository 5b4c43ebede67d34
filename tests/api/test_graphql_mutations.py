"""What can be changed: payloads with the object or the user's errors, refusals, what is undone, what holds at once."""

# ruff: noqa: E501 operations and attacks read best in one line

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from zhibu_core.ledger.models import DutyWaiver
from zhibu_core.platform import Platform

DUTIES = '{ organization(code: "111") { duties(period: "2026Q2", first: 1, state: missed, below: false) { edges { node { id state reason window rule { code } } } } } }'
WAIVE = "mutation W($duty: ID!, $reason: String!) { waiveDuty(duty: $duty, reason: $reason) { duty { id state reason organization { code } } errors { code message field } } }"


async def a_duty(api: Any, at: Any = None) -> dict[str, Any]:
    found = (await api.ask(DUTIES, at=at)).data["organization"]["duties"]["edges"]
    return dict(found[0]["node"])


@pytest_asyncio.fixture(loop_scope="session")
async def api(fresh: Any) -> Any:
    """These tests write."""
    return fresh


async def test_a_duty_is_waived_with_its_reason(api: Any) -> None:
    duty = await a_duty(api)
    answer = await api.ask(WAIVE, variables={"duty": duty["id"], "reason": "换届调整期间,由上级党委同意"})
    assert answer.data["waiveDuty"] == {
        "duty": {
            "id": duty["id"],
            "state": "waived",
            "reason": "换届调整期间,由上级党委同意",
            "organization": {"code": "111"},
        },
        "errors": [],
    }
    again = (
        await api.ask(
            "query Q($id: ID!) { node(id: $id) { ... on Duty { state reason } } }", variables={"id": duty["id"]}
        )
    ).data
    assert again["node"]["state"] == "waived"


async def test_a_waiver_without_reason_is_a_user_error_and_undone(api: Any, platform: Platform) -> None:
    duty = await a_duty(api)
    payload = (await api.ask(WAIVE, variables={"duty": duty["id"], "reason": "  "})).data["waiveDuty"]
    assert payload["duty"] is None
    assert [(e["code"], e["field"]) for e in payload["errors"]] == [("reason_missing", "reason")]
    async with platform.database.session(api.home.tenant.id) as session:
        assert list(await session.scalars(select(DutyWaiver))) == []


@pytest.mark.parametrize("role", ["admin", "secretary", "member", "auditor"])
async def test_only_who_may_waives(api: Any, platform: Platform, role: str) -> None:
    duty = await a_duty(api)
    answer = await api.ask(WAIVE, role, variables={"duty": duty["id"], "reason": "理由"})
    assert (answer.code, answer.body["data"]) == ("FORBIDDEN", {"waiveDuty": None})
    async with platform.database.session(api.home.tenant.id) as session:
        assert list(await session.scalars(select(DutyWaiver))) == []


async def test_the_neighbours_duty_is_like_none(api: Any) -> None:
    foreign = await a_duty(api, api.neighbour)
    answers = [
        await api.ask(WAIVE, variables={"duty": id_, "reason": "理由"}) for id_ in (foreign["id"], "RDpb", "", "x")
    ]
    assert {answer.code for answer in answers} == {"NOT_FOUND"}
    assert all(answer.body == answers[0].body for answer in answers)


async def test_several_mutations_stand_or_fall_each_by_itself(api: Any, platform: Platform) -> None:
    duty = await a_duty(api)
    query = 'mutation M($d: ID!) { bad: waiveDuty(duty: $d, reason: "") { errors { code } } good: waiveDuty(duty: $d, reason: "理由") { errors { code } } none: waiveDuty(duty: "x", reason: "理由") { errors { code } } }'
    answer = await api.ask(query, variables={"d": duty["id"]})
    assert answer.body["data"] == {
        "bad": {"errors": [{"code": "reason_missing"}]},
        "good": {"errors": []},
        "none": None,
    }
    async with platform.database.session(api.home.tenant.id) as session:
        assert [w.reason for w in await session.scalars(select(DutyWaiver))] == ["理由"]


PLUGINS = "{ plugins { key isOn title version reason } }"
SWITCH = "mutation S($p: String!) { enablePlugin(plugin: $p) { plugin { key isOn } errors { code field } } }"
OFF = SWITCH.replace("enablePlugin", "disablePlugin")


async def test_a_plugin_goes_off_and_on_from_the_next_request(api: Any) -> None:
    states = {p["key"]: p["isOn"] for p in (await api.ask(PLUGINS, "admin")).data["plugins"]}
    key = next(key for key, on in states.items() if on)
    off = (await api.ask(OFF, "admin", variables={"p": key})).data["disablePlugin"]
    assert off == {"plugin": {"key": key, "isOn": False}, "errors": []}
    assert key not in (await api.ask("{ viewer { plugins } }", "admin")).data["viewer"]["plugins"]
    on = (await api.ask(SWITCH, "admin", variables={"p": key})).data["enablePlugin"]
    assert on["plugin"] == {"key": key, "isOn": True}
    assert key in (await api.ask("{ viewer { plugins } }", "admin")).data["viewer"]["plugins"]
    assert key in (await api.ask("{ viewer { plugins } }", "admin", at=api.neighbour)).data["viewer"]["plugins"]


async def test_an_unknown_plugin_is_not_found(api: Any) -> None:
    assert (await api.ask(SWITCH, "admin", variables={"p": "nothing"})).code == "NOT_FOUND"


@pytest.mark.parametrize("role", ["organizer", "secretary", "member", "auditor"])
async def test_only_administrators_switch(api: Any, role: str) -> None:
    assert (await api.ask(OFF, role, variables={"p": "learning"})).code == "FORBIDDEN"


@pytest_asyncio.fixture(loop_scope="session")
async def broken(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A plugin's switch that fails half-way in a way nobody foresaw."""
    from zhibu_tenants import schema

    async def fail(_platform: Any, session: Any, _scope: Any, plugin: str, *, on: bool) -> Any:
        session.add(DutyWaiver(reason=f"{plugin} secret {on}"))
        raise RuntimeError("secret: postgresql://app_rt:word@host/zhibu")

    monkeypatch.setattr(schema, "switch", fail)
    yield


async def test_unexpected_errors_are_masked(api: Any, broken: None) -> None:
    answer = await api.ask(SWITCH, "admin", variables={"p": "learning"})
    assert (answer.status, answer.code, answer.body["data"]) == (200, "INTERNAL", {"enablePlugin": None})
    assert "secret" not in str(answer.body)
    assert answer.body["errors"][0]["path"] == ["enablePlugin"]


async def test_bad_values_of_reads_are_the_callers(api: Any) -> None:
    for query in (
        '{ duties(period: "2026Q9", first: 1) { totalCount } }',
        '{ facts(period: "x", first: 1) { totalCount } }',
        '{ members(first: 1, after: "x") { totalCount } }',
    ):
        answer = await api.ask(query)
        assert (answer.status, answer.code) == (200, "BAD_USER_INPUT")
        assert list(answer.body["data"].values()) == [None]


def test_refusals_read_as_payloads() -> None:
    from zhibu_graphql.errors import Refused, UserError

    refused = Refused([UserError(code="c", message="m", field="f")])
    assert refused.anything is None
    assert not hasattr(refused, "__await__")
