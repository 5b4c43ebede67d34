"""Files of a tenant: once for each content, apart from all others, and nothing left over when something dies."""

import dataclasses
import datetime as dt
import io
import uuid
import zipfile
from typing import Any

import pytest
from sqlalchemy import select, text, update

from zhibu_core.errors import InvalidInput
from zhibu_core.storage.checking import check_tenant
from zhibu_core.storage.keeping import withdraw_file
from zhibu_core.storage.kinds import DOCX, JPEG, PDF, TXT, XLSX, clean_name, kind_of
from zhibu_core.storage.models import File, FileObject
from zhibu_core.storage.objects import open_object
from zhibu_core.storage.sealing import Damaged
from zhibu_core.storage.sweeping import sweep_tenant
from zhibu_tenants.keys import rotate

LATER = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)


async def content_of(desk: Any, file: File) -> bytes:
    async with desk.platform.database.session(desk.tenant) as session:
        reader = await open_object(desk.platform, session, file.sha256)
    return b"".join([block async for block in reader.read()])


async def test_the_same_content_is_one_object_in_a_tenant_and_another_elsewhere(desk: Any, neighbour: Any) -> None:
    one, two, other = await desk.keep(), await desk.keep(name="again.pdf"), await neighbour.keep()
    assert one.sha256 == two.sha256 == other.sha256
    mine, theirs = await desk.stored(), await neighbour.stored()
    assert (len(mine), len(theirs)) == (1, 1)
    assert one.sha256 not in mine[0]
    assert mine[0].split("/")[-1].split("-")[0] != theirs[0].split("/")[-1].split("-")[0]
    assert desk.path(mine[0]).read_bytes()[:100] != desk.path(theirs[0]).read_bytes()[:100]
    assert await content_of(desk, one) == await content_of(neighbour, other)
    async with neighbour.platform.database.session(neighbour.tenant) as session:
        assert await session.scalar(select(File).where(File.id == one.id)) is None


async def test_contents_stay_readable_after_the_key_was_changed(desk: Any, pdf: bytes) -> None:
    file, sealed_before = await desk.keep(), desk.path((await desk.stored())[0]).read_bytes()
    await rotate(desk.platform, desk.who, "sm4")
    assert await content_of(desk, file) == pdf
    assert desk.path((await desk.stored())[0]).read_bytes() == sealed_before
    assert await desk.count(FileObject) == 1
    await desk.keep(pdf + b"more")
    async with desk.platform.database.session(desk.tenant) as session:
        assert set(await session.scalars(select(FileObject.suite))) == {"aes", "sm4"}


async def test_killed_between_object_and_row_leaves_what_the_sweep_finds(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As by kill -9: nothing after it runs."""

    async def killed(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr("zhibu_core.storage.keeping.claim_object", killed)
    monkeypatch.setattr("zhibu_core.storage.keeping.discard", killed)
    with pytest.raises(Killed):
        await desk.keep()
    monkeypatch.undo()
    assert (len(await desk.stored()), await desk.count(File), await desk.count(FileObject)) == (1, 0, 0)
    now = dt.datetime.now(dt.UTC)
    assert (await sweep_tenant(desk.platform, desk.tenant, now)).strays == 0
    assert (await sweep_tenant(desk.platform, desk.tenant, LATER)).strays == 1
    assert await desk.stored() == []


async def test_an_object_goes_with_the_last_file_that_has_it(desk: Any, neighbour: Any) -> None:
    one, two, _ = await desk.keep(), await desk.keep(), await neighbour.keep()
    for left, file in ((1, one), (0, two)):
        async with desk.platform.database.session(desk.tenant) as session:
            kept = await session.get_one(File, (desk.tenant, file.id))
            await withdraw_file(session, desk.who, kept, "file.upload")
        swept = await sweep_tenant(desk.platform, desk.tenant, LATER)
        assert (swept.files, swept.objects, len(await desk.stored())) == (1, 1 - left, left)
    assert len(await neighbour.stored()) == 1


async def test_a_damaged_file_is_named_and_healed_by_uploading_it_again(desk: Any, pdf: bytes) -> None:
    file = await desk.keep()
    path = desk.path((await desk.stored())[0])
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    found = await check_tenant(desk.platform, desk.tenant)
    assert [(fault.what, fault.file_id, fault.name) for fault in found.faults] == [("damaged", file.id, "纪要.pdf")]
    with pytest.raises(Damaged):
        await content_of(desk, file)
    path.unlink()
    assert [fault.what for fault in (await check_tenant(desk.platform, desk.tenant)).faults] == ["missing"]
    await desk.keep()
    assert (await check_tenant(desk.platform, desk.tenant)).faults == ()
    assert await content_of(desk, file) == pdf


async def test_the_audit_says_who_wrote_a_file(desk: Any) -> None:
    file = await desk.keep()
    async with desk.platform.database.session(desk.tenant) as session:
        query = text("select action, actor_id from audit_entry where tenant_id = :t and object_id = :f")
        row = (await session.execute(query, {"t": desk.tenant, "f": file.id})).one()
    assert tuple(row) == ("file.upload", desk.who.person())


async def test_what_may_not_be_kept_leaves_nothing(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = desk.platform
    small = dataclasses.replace(platform.settings.storage, largest=1 << 20)
    monkeypatch.setattr(platform, "settings", dataclasses.replace(platform.settings, storage=small))
    for content, code in (
        (b"", "file_empty"),
        (b"%PDF-" + bytes(1 << 20), "file_too_large"),
        (b"MZ\x90\x00", "file_kind"),
        (b"\x00\x01\x02", "file_kind"),
        (office("word", "application/vnd.ms-word.document.macroEnabled.main+xml"), "file_kind"),
    ):
        with pytest.raises(InvalidInput) as error:
            await desk.keep(content, "harmless.pdf")
        assert error.value.code == code
    assert (await desk.stored(), await desk.count(File)) == ([], 0)


def office(folder: str, main: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(
            "[Content_Types].xml", f'<Types><Override PartName="/{folder}/x.xml" ContentType="{main}"/></Types>'
        )
    return target.getvalue()


def test_kinds_are_known_by_content() -> None:
    found = {
        DOCX: office("word", DOCX.content_type + ".main+xml"),
        XLSX: office("xl", XLSX.content_type + ".main+xml"),
        JPEG: b"\xff\xd8\xff\xe0" + bytes(20),
        TXT: "党支部会议\n".encode("gb18030"),
        PDF: b"%PDF-1.4",
    }
    for kind, content in found.items():
        assert kind_of(io.BytesIO(content)) is kind
    assert kind_of(io.BytesIO(b"PK\x03\x04 no zip")) is None
    assert kind_of(io.BytesIO(b"RIFF\x00\x00\x00\x00WAVE")) is None


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\temp\\纪要.pdf", "纪要.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("gpj.\u202eexe.PDF", "gpj.exe.PDF"),
        ("", "file.pdf"),
        ("页.html", "页.html.pdf"),
        ("长" * 200 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_names_are_harmless_and_end_as_their_kind(given: str, kept: str) -> None:
    assert clean_name(given, PDF) == kept


async def test_a_row_that_claims_another_content_is_found(desk: Any) -> None:
    file = await desk.keep()
    async with desk.platform.database.session(desk.tenant) as session:
        await session.execute(update(File).where(File.id == file.id).values(sha256="0" * 64))
    assert [fault.what for fault in (await check_tenant(desk.platform, desk.tenant)).faults] == ["missing"]
    with pytest.raises(Damaged):
        await content_of(desk, (await _file(desk, file.id)))


async def _file(desk: Any, file_id: uuid.UUID) -> File:
    async with desk.platform.database.session(desk.tenant) as session:
        found: File = (await session.scalars(select(File).where(File.id == file_id))).one()
    return found
