"""Files on a meeting's record: by form, by a broken connection gone on with, by link; and closed to everybody else."""

import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from litestar import Litestar
from lxml import html
from sqlalchemy import func, select

from zhibu_core.platform import Platform
from zhibu_core.storage.models import File, FileUpload
from zhibu_core.storage.port import prefix_of
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_orglife.models import Meeting
from zhibu_orglife.recording import record_meeting
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import Browser, app_of, sign_in
from zhibu_testing.fixtures import Parties, all_powers

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3000
PDF = b"%PDF-1.7\n" + b"scanned minutes\n" * 5000


@dataclass(frozen=True)
class World:
    """A record of the home tenant; 王一 keeps it, 李二 is an ordinary member, the stranger is the neighbour's secretary."""

    app: Litestar
    platform: Platform
    tenant: Tenant
    meeting: uuid.UUID
    secretary: Browser
    reader: Browser
    stranger: Browser

    @property
    def here(self) -> str:
        return f"/life/meetings/{self.meeting}"

    async def files(self) -> list[File]:
        async with self.platform.database.session(self.tenant.id) as session:
            return list(await session.scalars(select(File).order_by(File.id)))

    async def stored(self) -> list[str]:
        return [one.name async for one in self.platform.store.below(prefix_of(self.tenant.id))]


@pytest_asyncio.fixture(loop_scope="session")
async def world(platform: Platform, parties: Parties, acting: Any, make_branch: Any) -> World:
    async with platform.database.session(parties.home.id) as session:
        branch = await make_branch(session)
        keeper = acting(branch.people["王一"], "secretary", branch.path)
        meeting = await record_meeting(session, keeper, branch.minutes())
    async with platform.database.session(parties.neighbour.id) as session:
        other = await make_branch(session)
    app = app_of(platform)
    return World(
        app,
        platform,
        parties.home,
        meeting.id,
        await sign_in(app, platform, parties.home, branch.people["王一"], {"secretary": branch.id}),
        await sign_in(app, platform, parties.home, branch.people["李二"], {}),
        await sign_in(app, platform, parties.neighbour, other.people["王一"], {"secretary": other.id}),
    )


async def sent(world: World, *files: tuple[str, bytes], browser: Browser | None = None, back: str = "") -> Any:
    """Sends the form as a browser without scripts does; the client claims that everything is a web page."""
    given = [("files", (name, content, "text/html")) for name, content in files]
    return await (browser or world.secretary).send("POST", f"{world.here}/files", {"back": back}, files=given)


async def test_photos_and_minutes_are_kept_shown_opened_and_removed(world: World) -> None:
    answer = await sent(world, ("合影.png", PNG), ("纪要.pdf", PDF))
    assert (answer.status_code, answer.headers["location"].partition("/life")[2]) == (
        303, world.here.removeprefix("/life") + "#attached",
    )  # fmt: skip
    assert [(file.name, file.content_type, file.state) for file in await world.files()] == [
        ("合影.png", "image/png", "clean"),
        ("纪要.pdf", "application/pdf", "clean"),
    ]
    page: Any = html.fromstring((await world.secretary.get(world.here)).text)
    listed = page.xpath("//section[h2[@id='attached']]//li")
    assert [item.xpath("./a/text()")[0] for item in listed] == ["合影.png", "纪要.pdf"]
    below = f"/t/{world.tenant.slug}"
    opened = await world.secretary.get(listed[0].xpath("./a/@href")[0].removeprefix(below))
    assert opened.status_code == 303
    assert (await world.secretary.get(opened.headers["location"].removeprefix(below))).content == PNG
    removed = await world.secretary.post(listed[0].xpath(".//form/@action")[0].removeprefix(below), back="meeting")
    assert removed.headers["location"].endswith(f"/life/record?meeting={world.meeting}#attached")
    after = (await world.secretary.get(world.here)).text
    assert "合影.png" not in after
    assert "纪要.pdf" in after
    assert (await world.secretary.get(listed[0].xpath("./a/@href")[0].removeprefix(below))).status_code == 404
    form = (await world.secretary.get(f"/life/record?correct={world.meeting}")).text
    assert "纪要.pdf" in form
    assert "js/uploads" in form


async def test_what_cannot_be_kept_is_said_and_leaves_nothing(world: World) -> None:
    answer = await sent(world, ("纪要.pdf", PDF), ("照片.png", b"MZ\x90\x00 a program"))
    assert answer.status_code == 422
    said: Any = html.fromstring(answer.text)
    assert "照片.png" in said.xpath("string(//*[@id='files-error'])")
    assert [file.name for file in await world.files()] == ["纪要.pdf"]
    assert len(await world.stored()) == 1
    assert (await sent(world)).status_code == 422
    cut = f"--x\r\nContent-Disposition: form-data; name=files; filename=a.pdf\r\n\r\n{'%PDF-' * 9}"
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    broken = await world.secretary.send("POST", f"{world.here}/files", content=cut, more=kind)
    assert broken.status_code in (400, 422)
    assert (len(await world.files()), len(await world.stored())) == (1, 1)


async def test_nobody_else_sees_adds_or_removes_files(world: World) -> None:
    await sent(world, ("纪要.pdf", PDF))
    (file,) = await world.files()
    member = (await world.reader.get(world.here)).text
    assert "纪要.pdf" not in member
    for browser, statuses in (
        (world.reader, (403,)),
        (world.stranger, (404,)),
        (Browser(world.app, world.tenant), (303, 401)),
    ):
        found = [
            await browser.get(f"{world.here}/files"),
            await browser.get(f"{world.here}/files/{file.id}"),
            await browser.post(f"{world.here}/files/{file.id}/remove"),
            await sent(world, ("x.pdf", PDF), browser=browser),
            await browser.send("POST", f"{world.here}/uploads", json={"name": "x.pdf", "size": 10}),
        ]
        assert {answer.status_code for answer in found} <= set(statuses), [a.status_code for a in found]
    assert [one.withdrawn_at for one in await world.files()] == [None]


async def begun(world: World, size: int) -> dict[str, Any]:
    answer = await world.secretary.send("POST", f"{world.here}/uploads", json={"name": "合影.png", "size": size})
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found | {"address": found["address"].removeprefix(f"/t/{world.tenant.slug}")}


async def part(world: World, address: str, offset: int, content: Any) -> Any:
    more = {"Upload-Offset": str(offset)}
    return await world.secretary.send("PATCH", address, more=more, content=content)


async def finished(world: World, address: str, content: bytes = PNG) -> Any:
    sha256 = hashlib.sha256(content).hexdigest()
    return await world.secretary.send("POST", f"{address}/finish", json={"sha256": sha256}, accept="application/json")


async def test_an_upload_goes_on_where_the_connection_broke(world: World) -> None:
    address = (await begun(world, len(PNG)))["address"]
    assert (await part(world, address, 0, PNG[:300_000])).headers["upload-offset"] == "300000"

    async def breaks_off() -> Any:
        yield PNG[300_000:400_000]
        raise ConnectionResetError

    try:
        broken = (await part(world, address, 300_000, breaks_off())).status_code
    except ConnectionResetError:
        broken = 500
    assert broken >= 400
    assert len(await world.stored()) == 1
    again = await part(world, address, 400_000, PNG[400_000:])
    assert (again.status_code, again.headers["upload-offset"]) == (409, "300000")
    assert (await world.secretary.get(address)).json()["received"] == 300_000
    assert (await finished(world, address)).status_code == 422
    assert (await part(world, address, 300_000, PNG[300_000:])).status_code == 204
    done, twice = await finished(world, address), await finished(world, address)
    assert (done.status_code, done.json()["state"]) == (201, "clean")
    assert twice.json() == done.json()
    assert len(await world.stored()) == 1
    link = (await world.secretary.get(f"{world.here}/files/{done.json()['id']}")).headers["location"]
    assert (await world.secretary.get(link.removeprefix(f"/t/{world.tenant.slug}"))).content == PNG


async def test_an_upload_is_its_owners_and_keeps_its_word(world: World) -> None:
    address = (await begun(world, len(PNG)))["address"]
    for browser in (world.stranger, world.reader, Browser(world.app, world.tenant)):
        answer = await browser.send("PATCH", address, more={"Upload-Offset": "0"}, content=PNG[:10])
        assert answer.status_code in (401, 403, 404)
    assert (await part(world, address, 0, PNG + b"more")).status_code == 422
    assert (await part(world, address, 0, PNG)).status_code == 204
    assert (await finished(world, address, b"other")).status_code == 422
    assert await world.files() == []
    assert (await world.secretary.send("DELETE", address)).status_code == 204
    assert await world.stored() == []
    too_much = await world.secretary.send("POST", f"{world.here}/uploads", json={"name": "x", "size": 1 << 40})
    assert too_much.status_code == 422
    async with world.platform.database.session(world.tenant.id) as session:
        assert await session.scalar(select(func.count()).select_from(FileUpload)) == 0


QUERY = """query ($id: ID!) { node(id: $id) { ... on Meeting {
  uploadAddress files { name contentType state sha256 kibibytes link } } } }"""


async def test_the_api_gives_links_to_who_may_read_rolls(world: World) -> None:
    await sent(world, ("纪要.pdf", PDF))
    listing = '{ organization(code: "001") { meetings(first: 5) { edges { node { id } } } } }'
    found = await world.secretary.ask(listing)
    key = found["data"]["organization"]["meetings"]["edges"][0]["node"]["id"]
    meeting = (await world.secretary.ask(QUERY, id=key))["data"]["node"]
    assert meeting["uploadAddress"] == f"/t/{world.tenant.slug}{world.here}/uploads"
    (file,) = meeting["files"]
    assert (file["name"], file["state"], file["kibibytes"]) == ("纪要.pdf", "clean", 79)
    anybody = Browser(world.app, world.tenant)
    assert (await anybody.get(file["link"].removeprefix(f"/t/{world.tenant.slug}"))).content == PDF
    denied = (await world.reader.ask(QUERY, id=key))["data"]["node"]
    assert (denied["files"], denied["uploadAddress"]) == (None, None)


async def test_with_the_plugin_off_its_files_are_out_of_reach(world: World, parties: Parties) -> None:
    await sent(world, ("纪要.pdf", PDF))
    (file,) = await world.files()
    link = (await world.secretary.get(f"{world.here}/files/{file.id}")).headers["location"]
    scope: Scope = await all_powers(world.platform, parties.home)
    async with world.platform.database.session(world.tenant.id) as session:
        await switch(world.platform, session, scope, "orglife", on=False)
    assert (await world.secretary.get(link.removeprefix(f"/t/{world.tenant.slug}"))).status_code == 404


async def test_all_versions_of_a_record_have_its_files(world: World) -> None:
    await sent(world, ("纪要.pdf", PDF))
    async with world.platform.database.session(world.tenant.id) as session:
        meeting = (await session.scalars(select(Meeting).where(Meeting.id == world.meeting))).one()
    assert [file.object_id for file in await world.files()] == [meeting.series_id]
