"""Signed links: the file, its tenant, its minutes; ranges of it; and plain words for every link that is not good."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import text, update

from zhibu_core.http.files import link_of
from zhibu_core.http.ranges import Span, Unsatisfiable, span_of
from zhibu_core.storage import links
from zhibu_core.storage.models import File
from zhibu_testing.browsing import Browser, app_of


def nobody(desk: Any) -> Browser:
    return Browser(app_of(desk.platform), desk.who.tenant)


def link(desk: Any, file: File) -> str:
    return link_of(desk.platform, desk.who, "", file)[0]


async def test_a_link_opens_the_file_as_a_download_of_our_type(desk: Any, pdf: bytes) -> None:
    file = await desk.keep(name="纪要 第1次.html")
    answer = await nobody(desk).get(link(desk, file))
    assert (answer.status_code, answer.content) == (200, pdf)
    said = answer.headers
    assert said["content-type"] == "application/pdf"
    assert said["content-disposition"] == (
        "attachment; filename*=UTF-8''%E7%BA%AA%E8%A6%81%20%E7%AC%AC1%E6%AC%A1.html.pdf"
    )
    assert (said["x-content-type-options"], said["content-length"]) == ("nosniff", str(len(pdf)))
    assert "content-encoding" not in said
    assert "no-store" in said["cache-control"]
    async with desk.platform.database.session(desk.tenant) as session:
        query = text("select client, actor_id from audit_entry where tenant_id = :t and action = 'file.read'")
        assert [tuple(row) for row in await session.execute(query, {"t": desk.tenant})] == [("link", desk.who.person())]


async def test_ranges_are_answered_in_part(desk: Any, pdf: bytes) -> None:
    address, browser, size = link(desk, await desk.keep()), nobody(desk), len(pdf)
    part = await browser.send("GET", address, more={"Range": "bytes=65530-65545"})
    assert (part.status_code, part.content) == (206, pdf[65530:65546])
    assert part.headers["content-range"] == f"bytes 65530-65545/{size}"
    last = await browser.send("GET", address, more={"Range": "bytes=-10"})
    assert (last.status_code, last.content) == (206, pdf[-10:])
    past = await browser.send("GET", address, more={"Range": f"bytes={size}-"})
    assert (past.status_code, past.headers["content-range"]) == (416, f"bytes */{size}")
    stale = await browser.send("GET", address, more={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert (stale.status_code, len(stale.content)) == (200, size)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None), ("bytes=0-", Span(0, 10, 10)), ("bytes=3-5", Span(3, 6, 10)), ("bytes=3-99", Span(3, 10, 10)),
        ("bytes=-4", Span(6, 10, 10)), ("bytes=-99", Span(0, 10, 10)), ("bytes=5-3", None), ("bytes=0-1,4-5", None),
        ("items=0-1", None), ("bytes=-", None), ("bytes=a-b", None),
    ],
)  # fmt: skip
def test_ranges_are_read_as_the_rfc_says(header: str | None, found: Span | None) -> None:
    assert span_of(header, 10) == found
    for none in ("bytes=10-", "bytes=-0"):
        with pytest.raises(Unsatisfiable):
            span_of(none, 10)


async def test_no_other_link_opens_anything(desk: Any, neighbour: Any) -> None:
    mine, theirs = await desk.keep(), await neighbour.keep()
    good = link(desk, mine)
    token = good.rpartition("/")[2]
    refused = [
        link(neighbour, theirs),  # another tenant's link
        f"/files/{theirs.id}/{token}",  # another tenant's file
        f"/files/{(await desk.keep(name='other.pdf')).id}/{token}",  # another file of the same tenant
        f"/files/{mine.id}/{'B' if token[0] != 'B' else 'C'}{token[1:]}",
        f"/files/{mine.id}/{token[:-2]}",
        f"/files/{mine.id}/纪要",
    ]
    for address in refused:
        answer = await nobody(desk).get(address)
        assert answer.status_code == 404, address
        assert "没有找到这个文件" in answer.text
    foreign = Browser(app_of(neighbour.platform), neighbour.who.tenant)
    assert (await foreign.get(good)).status_code == 404
    assert (await nobody(desk).get(good)).status_code == 200


async def test_an_old_link_says_that_it_is_old(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    file = await desk.keep()
    monkeypatch.setattr(links, "GOOD_FOR", dt.timedelta(seconds=-2))
    answer = await nobody(desk).get(link(desk, file))
    assert answer.status_code == 410
    assert "已经过期" in answer.text


async def test_before_the_scan_only_the_uploader_opens_it_and_never_what_was_refused(desk: Any) -> None:
    file = await desk.keep()
    await set_state(desk, file, state="waiting")
    assert (await nobody(desk).get(link(desk, file))).status_code == 200
    other = links.sign(desk.platform, desk.tenant, file.id, file.id, dt.datetime.now(dt.UTC))
    assert (await nobody(desk).get(f"/files/{file.id}/{other.token}")).status_code == 404
    await set_state(desk, file, state="refused")
    assert (await nobody(desk).get(link(desk, file))).status_code == 410
    await set_state(desk, file, state="clean", object_type="absent_plugin.thing")
    assert (await nobody(desk).get(link(desk, file))).status_code == 404


async def test_a_damaged_file_is_an_error_and_not_a_half_file(desk: Any) -> None:
    file = await desk.keep()
    desk.path((await desk.stored())[0]).write_bytes(b"something else")
    answer = await nobody(desk).get(link(desk, file))
    assert answer.status_code == 503
    assert "已损坏或丢失" in answer.text


async def set_state(desk: Any, file: File, **values: str) -> None:
    async with desk.platform.database.session(desk.tenant) as session:
        await session.execute(update(File).where(File.id == file.id).values(**values))
