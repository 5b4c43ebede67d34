"""Refused requests leave rows: whose, why, for want of what; a flood leaves two a minute; only the tenant's auditor reads them."""

from typing import Any

import httpx
from sqlalchemy import select

from zhibu_core.audit import AuditEntry
from zhibu_core.audit.entries import By
from zhibu_core.audit.refusals import FAILED, MINUTE, REFUSED, Refusal, Refusals
from zhibu_core.platform import Platform
from zhibu_core.tenancy.session import Database
from zhibu_testing.browsing import ORIGIN
from zhibu_testing.fixtures import Parties
from zhibu_testing.town import text_of, world

__all__ = ["text_of", "world"]
Row = tuple[str, str, tuple[str, ...], str | None, str]


async def rows(platform: Platform, tenant: Any) -> list[Row]:
    query = select(AuditEntry).where(AuditEntry.action.in_([REFUSED, FAILED])).order_by(AuditEntry.at)
    async with platform.database.session(tenant.id) as session:
        return [
            (one.action, one.object_type, tuple(one.fields), one.purpose, one.client)
            for one in await session.scalars(query)
        ]


async def doers(platform: Platform, world: Any) -> set[Any]:
    async with platform.database.session(world.home.tenant.id) as session:
        return set(await session.scalars(select(AuditEntry.actor_id).where(AuditEntry.action == REFUSED)))


async def bare(world: Any, method: str, path: str, **headers: str) -> httpx.Response:
    """A request of nobody's."""
    transport: Any = httpx.ASGITransport(app=world.home.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        return await client.request(method, f"/t/{world.home.tenant.slug}{path}", headers=headers)


async def test_whoever_was_refused_is_in_the_audit_with_the_cause(world: Any, platform: Platform) -> None:
    member, person = world.home.member, world.home.people["张一"].id
    assert (await member.get(f"/people/members/{person}?phone=13800001234")).status_code == 403
    foreign = {"Origin": "https://elsewhere.test"}
    assert (await member.send("POST", "/sign-out", more=foreign)).status_code == 403
    asked = await member.ask("{ viewer { name } auditEntries(first: 1) { edges { node { id } } } }")
    assert asked["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    kept = await rows(platform, world.home.tenant)
    assert kept == [
        (REFUSED, "page", ("forbidden", "member.read"), "GET /people/members/{person_id}", "web"),
        (REFUSED, "page", ("cross_site", "public"), "POST /sign-out", "web"),
    ], "the field of the same minute, refused to the same person for the same cause, is counted"
    await platform.refusals.flush(every=True)
    (added,) = (await rows(platform, world.home.tenant))[2:]
    assert added == (REFUSED, "page", ("forbidden", "graphql.query"), "×1 POST /graphql", "web")
    assert await rows(platform, world.neighbour.tenant) == []
    assert await doers(platform, world) == {world.home.people["王二"].id, None}


async def test_tokens_and_sign_ins_that_fail_are_noted_and_the_merely_unknown_are_not(
    world: Any, platform: Platform
) -> None:
    for path in ("/", "/audit", "/graphql"):
        await bare(world, "GET", path)
    assert await rows(platform, world.home.tenant) == [], "who is not signed in is sent to sign in"
    assert (await bare(world, "POST", "/graphql", Authorization="Bearer no.to.ken")).status_code == 401
    assert (await bare(world, "GET", "/scim/v2/Users", Authorization="Basic eDp5")).status_code == 401
    assert (await bare(world, "GET", "/sign-in/callback?code=1&state=2", Accept="text/html")).status_code == 401
    assert await rows(platform, world.home.tenant) == [
        (FAILED, "graphql", ("token_refused", "graphql.query"), "POST /graphql", "api"),
        (FAILED, "scim", ("token_form", "scim"), "GET /scim/v2/{path}", "api"),
        (FAILED, "web_session", ("sign_in_attempt", "public"), "GET /sign-in/callback", "web"),
    ]


async def test_a_flood_leaves_two_rows_a_minute(platform: Platform, parties: Parties) -> None:
    now = 0.0
    counted = Refusals(platform.database, clock=lambda: now)
    by = By(None, "api")
    refusal = Refusal(parties.home.id, by, FAILED, "token_refused", "graphql", "POST /graphql", "graphql.query")
    for _ in range(500):
        await counted.note(refusal)
        await counted.flush()
    now = MINUTE + 1
    await counted.note(refusal)
    await counted.stop()
    said = [purpose for *_, purpose, _ in await rows(platform, parties.home)]
    assert said == ["POST /graphql", "×499 POST /graphql", "POST /graphql"]


async def test_a_database_that_is_away_changes_no_answer(platform: Platform, parties: Parties) -> None:
    away = Database("postgresql://app_rt:x@127.0.0.1:9/none")
    by = By(None, "web")
    await Refusals(away).note(Refusal(parties.home.id, by, REFUSED, "forbidden", "page", "GET /"))
    await away.close()


async def test_the_auditor_finds_them_in_words_on_the_page_and_by_graphql(world: Any, text_of: Any) -> None:
    await world.home.member.get("/people/members")
    await bare(world, "POST", "/graphql", Authorization="Bearer no.to.ken")
    shown = text_of((await world.home.auditor.get(f"/audit?action={REFUSED}")).text)
    assert "请求被拒绝" in shown
    assert "没有权限，查看党员" in shown
    assert "王二" in shown
    failed = text_of((await world.home.auditor.get(f"/audit?action={FAILED}")).text)
    assert "未识别的来访者" in failed
    assert "令牌无效" in failed
    query = "query($a: String) { auditEntries(first: 5, action: $a) { edges { node { fields purpose actorName } } } }"
    found = (await world.home.auditor.ask(query, a=REFUSED))["data"]["auditEntries"]["edges"]
    assert [edge["node"]["fields"] for edge in found] == [["forbidden", "member.read"]]
    assert (await world.neighbour.auditor.ask(query, a=REFUSED))["data"]["auditEntries"]["edges"] == []
