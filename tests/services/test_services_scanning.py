"""A real clamd: the EICAR file is refused and deleted wherever it hides, what is clean opens, and without a verdict nothing does."""

import dataclasses
import io
import os
import signal
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from zhibu_core.errors import Unavailable
from zhibu_core.http.files import link_of
from zhibu_core.platform import Platform
from zhibu_core.storage import scanning
from zhibu_core.storage.keeping import Belongs, keep_file
from zhibu_core.storage.kinds import XLSX
from zhibu_core.storage.port import prefix_of
from zhibu_core.storage.scanning import ask_clamd, scan_file, scan_waiting
from zhibu_core.tenancy.scope import Actor, Scope
from zhibu_testing.browsing import Browser, app_of
from zhibu_testing.fixtures import Parties, all_powers
from zhibu_testing.scanner import EICAR
from zhibu_testing.stores import pieces

PDF = b"%PDF-1.7\n" + b"minutes of the meeting\n" * 4000


def sheet(content: bytes) -> bytes:
    """A workbook, as far as anybody can tell, with this inside."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml", f'<Types><Override ContentType="{XLSX.content_type}.main+xml"/></Types>'
        )
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/media/image1.png", content)
    return held.getvalue()


@dataclass
class Desk:
    """Somebody who uploads to a tenant whose installation names the clamd, and somebody else who would open it."""

    platform: Platform
    who: Scope
    other: Scope

    async def sent(self, content: bytes, name: str) -> tuple[Any, str]:
        """Kept and looked at, as every upload is; the file and its state."""
        belongs = Belongs("core.test", uuid.uuid4(), "file.upload")
        file = await keep_file(self.platform, self.who, io.BytesIO(content), name, belongs)
        return file, await scan_file(self.platform, self.who.tenant, file.id)

    async def opened(self, file: Any, by: Scope) -> Any:
        """What that person's own link answers."""
        address, _ = link_of(self.platform, by, "", file)
        return await Browser(app_of(self.platform), self.who.tenant).get(address)


@pytest.fixture
async def desk(
    platform: Platform, parties: Parties, state_of: Callable[[str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> Desk:
    storage = dataclasses.replace(platform.settings.storage, clamd=state_of("clamd")["address"])
    monkeypatch.setattr(platform, "settings", dataclasses.replace(platform.settings, storage=storage))
    who = await all_powers(platform, parties.home)
    return Desk(platform, who, dataclasses.replace(who, actor=Actor(uuid.uuid4(), "李二", "session")))


@pytest.mark.parametrize(("content", "name"), [(EICAR, "说明.txt"), (sheet(EICAR), "台账.xlsx")])
async def test_the_test_virus_is_refused_with_words_and_its_content_deleted(
    desk: Desk, content: bytes, name: str
) -> None:
    file, state = await desk.sent(content, name)
    assert state == "refused"
    for reader in (desk.who, desk.other):
        answer = await desk.opened(file, reader)
        assert (answer.status_code, "含有病毒" in answer.text) == (410, True)
    assert [one async for one in desk.platform.store.below(prefix_of(desk.who.tenant.id))] == []


async def test_what_is_clean_opens_for_others(desk: Desk) -> None:
    for content, name in ((PDF, "纪要.pdf"), (sheet(PDF), "台账.xlsx")):
        file, state = await desk.sent(content, name)
        assert state == "clean"
        assert (await desk.opened(file, desk.other)).content == content


async def test_without_a_verdict_nobody_else_opens_it_until_there_is_one(
    desk: Desk, state_of: Callable[[str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "WITHIN", 1.0)
    server = state_of("clamd")["pid"]
    os.kill(server, signal.SIGSTOP)
    try:
        file, state = await desk.sent(EICAR + b"\n", "说明.txt")
        assert state == "waiting"
        assert (await desk.opened(file, desk.other)).status_code == 404
        with pytest.raises(Unavailable, match="没有给出结论"):
            await ask_clamd(state_of("clamd")["address"], pieces(PDF))
    finally:
        os.kill(server, signal.SIGCONT)
    monkeypatch.setattr(scanning, "WITHIN", 30.0)
    assert await scan_waiting(desk.platform, desk.who.tenant) == 1
    assert (await desk.opened(file, desk.other)).status_code == 410


async def test_what_clamd_cannot_look_at_whole_is_no_clean_file(
    desk: Desk, state_of: Callable[[str], dict[str, Any]]
) -> None:
    address = state_of("clamd")["address"]
    with pytest.raises(Unavailable, match="没有给出结论"):
        await ask_clamd(address, pieces(*[bytes(1 << 20)] * 65))
    bomb = sheet(bytes(80 << 20))
    assert len(bomb) < 1 << 20
    assert await ask_clamd(address, pieces(bomb)) == "Heuristics.Limits.Exceeded.MaxScanSize"
