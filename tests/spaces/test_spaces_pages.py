"""The pages of agreements as two secretaries use them: propose, sign, read, revoke; the same by GraphQL."""

import datetime as dt
import re
from typing import Any

import pytest_asyncio
from sqlalchemy import select

from zhibu_core.platform import Platform
from zhibu_core.spaces.models import Space, SpaceVersion
from zhibu_core.spaces.terms import Terms, terms_of
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_example.models import Note
from zhibu_graphql.ids import global_id
from zhibu_tenants.enablement import switch
from zhibu_testing.counting import counted
from zhibu_testing.delivering import deliver
from zhibu_testing.fixtures import TODAY, Parties
from zhibu_testing.town import World, furnish, text_of

__all__ = ["text_of"]
HERE, MOST_STATEMENTS = "/together/spaces", 25
FORM = {
    "title": "结对共建", "purpose": "一起读书", "organizations": "111", "other_organization": "数学第一党支部", "review_on": "",
    "starts_on": str(TODAY), "ends_on": str(TODAY + dt.timedelta(days=90)), "fields-example.note": ["book", "read_on"],
    "reason-example.note": "互相推荐", "by-example.note": "all",
}  # fmt: skip
PUBLISH = """mutation($s: ID!, $r: [ID!]!, $f: [String!]) { publishRecords(space: $s, kind: "example.note", records: $r, fields: $f) {
  envelopes errors { code field } } }"""
LEDGER = """{ spaces(first: 5) { totalCount edges { node { title state waitsForOwn newest { number signatures { signer } }
  envelopes(first: 9, recordsOnly: true) { edges { node { kind state fields reads { reader } } } } } } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def towns(platform: Platform, make_tenants: Any) -> World:
    """Two furnished towns that have the reading circle on."""
    parties: Parties = await make_tenants(platform)
    for tenant in (parties.home, parties.neighbour):
        async with platform.database.session(tenant.id) as session:
            await switch(platform, session, Scope(tenant, frozenset()), "example", on=True)
    return World(await furnish(platform, parties.home), await furnish(platform, parties.neighbour))


async def sent(browser: Any, path: str, **values: Any) -> Any:
    return await browser.send("POST", path, values)


async def signed(browser: Any, address: str) -> Any:
    """Signs what the page shows."""
    shown = (await browser.get(address)).text
    version = re.search(r'name="version" value="([^"]+)"', shown)
    assert version, shown
    return await sent(browser, f"{address}/sign", version=version[1])


async def test_two_secretaries_agree_give_read_and_part(towns: World, platform: Platform, text_of: Any) -> None:
    home, host = towns.home.secretary, towns.neighbour.secretary
    both = (towns.home.tenant, towns.neighbour.tenant)
    wrong = await sent(home, f"{HERE}/new", **{**FORM, "ends_on": "2026-01-01", "other": both[1].slug})
    assert wrong.status_code == 422
    assert "早于开始日期" in text_of(wrong.text)
    made = await sent(home, f"{HERE}/new", **FORM, other=both[1].slug)
    assert made.status_code == 303, text_of(made.text)
    address = made.headers["location"].partition("?")[0].partition(both[0].slug)[2]
    await deliver(platform, *both)
    assert "阅读并签署" in text_of((await host.get(HERE)).text)
    for browser in (home, host):
        assert (await signed(browser, address)).status_code == 303
        await deliver(platform, *both)
    assert "生效中" in text_of((await home.get(address)).text)
    async with platform.database.session(both[0].id) as session:
        note = Note(
            id=new_id(), organization_id=towns.home.organizations["111"].id, read_on=TODAY, book="论语", thought="保密"
        )
        session.add(note)
        space = (await session.scalars(select(Space).where(Space.title == FORM["title"]))).one()
    given = {"s": global_id("SP", space.id.bytes), "r": [global_id("EN", note.id.bytes)]}
    refused = (await home.ask(PUBLISH, **given, f=["thought"]))["data"]["publishRecords"]
    assert refused == {"envelopes": None, "errors": [{"code": "space_fields", "field": "fields"}]}
    assert len((await home.ask(PUBLISH, **given, f=None))["data"]["publishRecords"]["envelopes"]) == 1
    await deliver(platform, *both)
    read = text_of((await host.get(f"{address}/records")).text)
    assert "论语" in read
    assert "保密" not in read
    await deliver(platform, *both, at_once=True)
    assert "张一" in text_of((await home.get(f"{address}/ledger")).text)
    (edge,) = (await home.ask(LEDGER))["data"]["spaces"]["edges"]
    (line,) = edge["node"]["envelopes"]["edges"]
    assert line["node"] == {
        "kind": "example.note", "state": "delivered", "fields": ["book", "read_on"], "reads": [{"reader": "张一"}],
    }  # fmt: skip
    for path in (HERE, address, f"{address}/ledger", f"{address}/records", f"{address}/change"):
        with counted(platform) as statements:
            assert (await home.get(path)).status_code == 200
        assert len(statements) <= MOST_STATEMENTS, (path, len(statements))
    assert (await towns.home.member.get(address)).status_code == 403
    gone = await sent(host, f"{address}/revoke", why="done", reason="")
    assert gone.status_code == 303
    await deliver(platform, *both)
    for browser in (home, host):
        shown = text_of((await browser.get(address)).text)
        assert "已撤回" in shown
        assert "约定的事项已经完成" in shown
        assert "论语" not in text_of((await browser.get(f"{address}/records")).text)
    assert "副本已删除" in text_of((await home.get(f"{address}/ledger")).text)


async def test_several_organizations_and_a_reason_for_each_field(
    towns: World, platform: Platform, text_of: Any
) -> None:
    """Without scripts: a button adds a row and keeps what was typed; who says nothing of a field gives it the kind's reason."""
    home, there = towns.home.secretary, towns.neighbour.tenant.slug
    typed = {**FORM, "title": "四支部联学", "organizations": "111", "other": there}
    more = await sent(home, f"{HERE}/new", **typed, do="add")
    assert more.status_code == 200
    assert re.search(r'name="title" value="四支部联学"', more.text)
    assert [re.search(rf'name="{name}"', more.text) is not None for name in ("other-2", "other_organization-2", "other-3")] == [
        True, True, False,
    ]  # fmt: skip
    second = {"other-2": there, "other_organization-2": "没有这个党支部", "why-example.note-book": "列入联合书单"}
    wrong = await sent(home, f"{HERE}/new", **{**typed, **second, "other-2": "nobody-there"})
    assert wrong.status_code == 422
    assert "nobody-there" in text_of(wrong.text)
    second["other_organization-2"] = "数学第二党支部"
    made = await sent(towns.home.organizer, f"{HERE}/new", **{**typed, **second, "organizations": "111\n112"})
    assert made.status_code == 303, text_of(made.text)
    terms = await _newest(platform, towns, "四支部联学")
    assert [(one.slug, one.name) for one in terms.parties if one.slug == there] == [
        (there, "数学第一党支部"), (there, "数学第二党支部"),
    ]  # fmt: skip
    assert len(terms.parties) == 4
    (share,) = terms.shares
    assert {one.key: one.reason for one in share.fields} == {"book": "列入联合书单", "read_on": "互相推荐"}
    address = made.headers["location"].partition("?")[0].partition(towns.home.tenant.slug)[2]
    shown = (await towns.home.organizer.get(f"{address}/change")).text
    assert 'name="reason-example.note" value="列入联合书单"' in shown
    assert 'name="why-example.note-read_on" value="互相推荐"' in shown
    changed = {
        **FORM,
        "title": "四支部联学",
        "organizations": "111\n112",
        "by-example.note": "other",
        "note": "只由对方提供",
    }
    changed |= {"other": there, "other_organization": "数学党总支", "why-example.note-read_on": "排期"}
    assert (await sent(towns.home.organizer, f"{address}/change", **changed)).status_code == 303
    terms = await _newest(platform, towns, "四支部联学")
    assert len(terms.parties) == 5
    assert (terms.shares[0].by, [one.reason for one in terms.shares[0].fields]) == ((there,), ["互相推荐", "排期"])


async def _newest(platform: Platform, towns: World, title: str) -> Terms:
    async with platform.database.session(towns.home.tenant.id) as session:
        space = (await session.scalars(select(Space).where(Space.title == title))).one()
        version = (await session.scalars(select(SpaceVersion).where(SpaceVersion.id == space.newest_id))).one()
    return terms_of(version.terms)
