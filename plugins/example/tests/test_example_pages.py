"""The page: recording as a member, mistakes beside what was typed, every door closed while the plugin is off."""

from typing import Any

from litestar import Litestar

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import Browser, sign_in
from zhibu_testing.fixtures import Parties

HERE = "/example/notes"


async def test_a_member_records_and_withdraws(circle: Any, app: Litestar, platform: Platform, parties: Parties) -> None:
    browser = await sign_in(app, platform, parties.home, circle.reader.id, {})
    empty = await browser.get(HERE)
    assert empty.status_code == 200
    assert "数学党支部" in empty.text
    assert "本单位的读书分享会列在这里" in empty.text
    sent = await browser.post(HERE, read_on="2026-10-20", book="实践论", thought="知行<b>合一</b>")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/t/{parties.home.slug}{HERE}")
    shown = (await browser.get(HERE)).text
    assert "实践论" in shown
    assert "知行&lt;b&gt;合一" in shown
    withdraw = shown.split(f'action="/t/{parties.home.slug}')[-1].split('"')[0]
    assert withdraw.endswith("/withdraw")
    assert (await browser.post(withdraw)).status_code == 303
    assert "实践论" not in (await browser.get(HERE)).text


async def test_mistakes_stand_beside_what_was_typed(
    circle: Any, app: Litestar, platform: Platform, parties: Parties
) -> None:
    browser = await sign_in(app, platform, parties.home, circle.reader.id, {})
    answer = await browser.post(HERE, read_on="10/20", book="实践论", thought="再读")
    assert answer.status_code == 422
    assert "日期请写成" in answer.text
    assert 'value="10/20"' in answer.text
    assert 'href="#read_on"' in answer.text


async def test_the_panel_stands_on_the_organization_s_page(
    circle: Any, app: Litestar, platform: Platform, parties: Parties
) -> None:
    browser = await sign_in(app, platform, parties.home, circle.reader.id, {})
    there = f"/people/organizations/{circle.branch.code}"
    assert "实践论" not in (await browser.get(there)).text
    await browser.post(HERE, read_on="2026-10-20", book="实践论")
    shown = (await browser.get(there)).text
    assert "读书分享" in shown
    assert "实践论" in shown


async def test_nobody_is_sent_to_sign_in(circle: Any, app: Litestar, parties: Parties) -> None:
    answer = await Browser(app, parties.home).get(HERE)
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["location"]


async def test_off_means_unreachable(circle: Any, app: Litestar, platform: Platform, parties: Parties) -> None:
    browser = await sign_in(app, platform, parties.home, circle.reader.id, {})
    assert HERE in (await browser.get(HERE)).text
    async with platform.database.session(parties.home.id) as session:
        await switch(platform, session, Scope(parties.home, frozenset()), "example", on=False)
    assert (await browser.get(HERE)).status_code == 404
    assert (await browser.post(HERE, read_on="2026-10-20", book="实践论")).status_code == 404
    assert (await browser.get("/plugin-files/example/book.svg")).status_code == 404


async def test_its_files_are_reachable_while_it_is_on(circle: Any, app: Litestar, parties: Parties) -> None:
    stranger = Browser(app, parties.home)
    found = await stranger.get("/plugin-files/example/book.svg")
    assert (found.status_code, found.headers["content-type"]) == (200, "image/svg+xml")
    for wrong in ("/plugin-files/example/../plugin.py", "/plugin-files/example/none.svg", "/plugin-files/web/x.css"):
        assert (await stranger.get(wrong)).status_code == 404
    assert (await Browser(app, parties.neighbour).get("/plugin-files/example/book.svg")).status_code == 404
