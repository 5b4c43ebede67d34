"""The virus scan by clamd's protocol: a server on loopback that speaks INSTREAM and knows the EICAR test file.

It stands in for clamd 1.4, whose answers to the same questions it was compared with.
"""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from zhibu_core.errors import Unavailable
from zhibu_core.storage.models import File, FileObject
from zhibu_core.storage.scanning import ask_clamd, scan_file, scan_waiting
from zhibu_testing.scanner import EICAR, Scanner, scanner
from zhibu_testing.stores import pieces


@pytest_asyncio.fixture
async def clamd(desk: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scanner]:
    """A running scanner that the installation is set to."""
    async with scanner() as found:
        storage = dataclasses.replace(desk.platform.settings.storage, clamd=found.address)
        monkeypatch.setattr(desk.platform, "settings", dataclasses.replace(desk.platform.settings, storage=storage))
        yield found


async def state_of(desk: Any, file: File) -> tuple[str, str | None, bool]:
    async with desk.platform.database.session(desk.tenant) as session:
        row = (await session.scalars(select(File).where(File.id == file.id))).one()
    return row.state, row.refused_for, row.scanned_at is not None


async def test_what_is_clean_is_open_to_others_after_the_scan(desk: Any, clamd: Scanner, pdf: bytes) -> None:
    file = await desk.keep()
    assert await state_of(desk, file) == ("waiting", None, False)
    assert await scan_file(desk.platform, desk.who.tenant, file.id) == "clean"
    assert await state_of(desk, file) == ("clean", None, True)
    assert clamd.seen == [pdf]


async def test_a_virus_is_refused_everywhere_and_its_content_deleted(desk: Any, clamd: Scanner) -> None:
    first, again, other = await desk.keep(EICAR, "a.txt"), await desk.keep(EICAR, "b.txt"), await desk.keep()
    assert await scan_file(desk.platform, desk.who.tenant, first.id) == "refused"
    for file in (first, again):
        assert await state_of(desk, file) == ("refused", "Eicar-Test-Signature", True)
    assert await state_of(desk, other) == ("waiting", None, False)
    assert (len(await desk.stored()), await desk.count(FileObject)) == (1, 1)


async def test_while_the_scanner_is_away_files_wait_and_are_scanned_later(desk: Any, clamd: Scanner) -> None:
    file = await desk.keep()
    clamd.away = True
    assert await scan_file(desk.platform, desk.who.tenant, file.id) == "waiting"
    assert (await state_of(desk, file))[0] == "waiting"
    clamd.away = False
    assert await scan_waiting(desk.platform, desk.who.tenant) == 1
    assert (await state_of(desk, file))[0] == "clean"
    assert await scan_waiting(desk.platform, desk.who.tenant) == 0


async def test_a_verdict_that_is_none_is_an_error() -> None:
    async with scanner(limit=10) as found:
        with pytest.raises(Unavailable, match="size limit"):
            await ask_clamd(found.address, pieces(b"12345678", b"12345678"))
    with pytest.raises(Unavailable):
        await ask_clamd("127.0.0.1:9", pieces(b"1"))


async def test_a_scanner_that_hangs_up_between_two_blocks_gave_no_verdict() -> None:
    async def slowly() -> AsyncIterator[bytes]:
        yield b"1"
        await asyncio.sleep(0.2)  # the loop hears of it meanwhile
        yield b"2"

    async with scanner() as found:
        found.away = True
        with pytest.raises(Unavailable):
            await ask_clamd(found.address, slowly())
