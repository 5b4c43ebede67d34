"""Exports by GraphQL: planned, asked for, decided and ended under the rules of the pages; no program decides."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from zhibu_core.errors import Forbidden
from zhibu_core.exports.asking import approve
from zhibu_core.exports.models import ExportRecipient
from zhibu_core.platform import Platform
from zhibu_core.storage.models import File
from zhibu_core.tenancy.scope import Actor, Grant, Scope
from zhibu_testing.fixtures import all_powers
from zhibu_testing.town import World, text_of

__all__ = ["text_of"]
ENTRY = "export { id number state reason askedByName decidedByName files { recipient path } } errors { code field }"
PLAN = "query($e: ExportInput!) { exportPlan(export: $e) { lines persons isSensitive needsApproval } }"
ASK = f"mutation($e: ExportInput!, $p: Int) {{ requestExport(export: $e, persons: $p) {{ {ENTRY} }} }}"
APPROVE = f"mutation($e: ID!) {{ approveExport(export: $e) {{ {ENTRY} }} }}"
REFUSE = f'mutation($e: ID!) {{ refuseExport(export: $e, reason: "范围过大") {{ {ENTRY} }} }}'
END = f'mutation($e: ID!) {{ endExport(export: $e, reason: "对象已变更") {{ {ENTRY} }} }}'
MINE = "{ myExports { number state } }"
TO_APPROVE = "{ exportsToApprove { number askedByName } }"
ROLL = {"kind": "members", "purpose": "报送年度统计", "recipients": ["李主任"], "format": "csv"}
PHONES = ROLL | {"fields": ["name", "phone"]}


async def asked(browser: Any, given: dict[str, Any]) -> dict[str, Any]:
    answer = await browser.ask(ASK, e=given)
    found: dict[str, Any] = answer["data"]["requestExport"]["export"]
    return found


async def test_planned_asked_for_taken_and_ended_early(world: World, platform: Platform, text_of: Any) -> None:
    home = world.home
    (planned,) = (await home.secretary.ask(PLAN, e=ROLL))["data"].values()
    assert planned == {"lines": 8, "persons": 8, "isSensitive": False, "needsApproval": False}
    stale = (await home.secretary.ask(ASK, e=ROLL, p=7))["data"]["requestExport"]
    assert (stale["export"], stale["errors"][0]["code"]) == (None, "export_count")
    empty = (await home.secretary.ask(ASK, e=ROLL | {"purpose": ""}))["data"]["requestExport"]
    assert empty["errors"] == [{"code": "export_purpose", "field": "purpose"}]
    made = await asked(home.secretary, ROLL)
    assert (made["state"], made["askedByName"], made["files"][0]["recipient"]) == ("ready", "张一", "李主任")
    path = made["files"][0]["path"].removeprefix(f"/t/{home.tenant.slug}")
    assert "王二" in (await home.secretary.get(path)).content.decode("utf-8-sig")
    assert (await home.secretary.ask(MINE))["data"]["myExports"] == [{"number": made["number"], "state": "ready"}]
    for other in (world.neighbour.organizer, world.neighbour.secretary):
        assert (await other.ask(END, e=made["id"]))["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    ended = (await home.secretary.ask(END, e=made["id"]))["data"]["endExport"]["export"]
    assert (ended["state"], ended["reason"], ended["decidedByName"]) == ("ended", "对象已变更", "张一")
    assert ended["files"] == [{"recipient": "李主任", "path": None}]
    assert (await home.secretary.get(path)).status_code == 410
    async with platform.database.session(home.tenant.id) as session:
        assert await session.scalar(select(func.count()).select_from(File)) == 0
        assert (await session.scalars(select(ExportRecipient.file_sha256))).one(), "a copy is still known by its hash"
    again = (await home.secretary.ask(END, e=made["id"]))["data"]["endExport"]
    assert again["errors"][0]["code"] == "export_state"
    assert "已提前结束" in text_of((await home.auditor.get("/exchange/exports/register")).text)
    audit = (await home.auditor.get("/audit?action=export.end")).text
    assert "提前结束导出" in text_of(audit)


async def test_a_second_person_approves_or_refuses_and_nobody_the_own(world: World) -> None:
    home = world.home
    first, second = await asked(home.organizer, PHONES), await asked(home.organizer, PHONES)
    assert (first["state"], first["files"]) == ("waiting", [{"recipient": "李主任", "path": None}])
    waiting = (await home.admin.ask(TO_APPROVE))["data"]["exportsToApprove"]
    assert [one["number"] for one in waiting] == [second["number"], first["number"]]
    assert (await home.organizer.ask(TO_APPROVE))["data"]["exportsToApprove"] == []
    assert (await world.neighbour.admin.ask(TO_APPROVE))["data"]["exportsToApprove"] == []
    assert (await home.organizer.ask(APPROVE, e=first["id"]))["errors"][0]["extensions"]["reason"] == "export_own"
    assert (await home.secretary.ask(APPROVE, e=first["id"]))["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    approved = (await home.admin.ask(APPROVE, e=first["id"]))["data"]["approveExport"]["export"]
    assert (approved["state"], approved["decidedByName"]) == ("ready", "示例admin")
    refused = (await home.admin.ask(REFUSE, e=second["id"]))["data"]["refuseExport"]["export"]
    assert (refused["state"], refused["reason"]) == ("refused", "范围过大")


async def test_who_may_approve_ends_anothers_on_the_page_and_its_asker_takes_a_request_back(
    world: World, text_of: Any
) -> None:
    home = world.home
    made = await asked(home.secretary, ROLL)
    page = f"/exchange/exports/{made['id']}"
    assert "提前结束导出" in text_of((await home.organizer.get(page)).text)
    assert "提前结束导出" not in text_of((await home.auditor.get(page)).text)
    for nobody in (home.member, home.auditor, world.neighbour.organizer):
        assert (await nobody.post(f"{page}/end")).status_code == 404
    assert (await home.organizer.post(f"{page}/end", reason="太" * 201)).status_code == 422
    assert (await home.organizer.post(f"{page}/end", reason="对象已变更")).status_code == 303
    shown = text_of((await home.secretary.get(page)).text)
    assert "对象已变更" in shown
    assert "结束人 示例organizer" in shown
    waiting = await asked(home.organizer, PHONES)
    page = f"/exchange/exports/{waiting['id']}"
    assert "撤回申请" in text_of((await home.organizer.get(page)).text)
    assert (await home.organizer.post(f"{page}/end")).status_code == 303
    assert (await home.admin.ask(APPROVE, e=waiting["id"]))["data"]["approveExport"]["errors"][0][
        "code"
    ] == "export_state"


async def test_no_program_decides_even_where_it_was_given_the_action(world: World, platform: Platform) -> None:
    waiting = await asked(world.home.organizer, PHONES)
    everything = await all_powers(platform, world.home.tenant)
    program: Scope = replace(
        everything,
        actor=Actor(everything.person(), "数据中台", "zhibu-program-x"),
        grants=(Grant("integrator", None, "", everything.actions),),
    )
    async with platform.database.session(world.home.tenant.id) as session:
        with pytest.raises(Forbidden):
            await approve(platform, session, program, UUID(waiting["id"]))
