"""Objects as files below one folder, readable by their owner only; an object has its name only once it is whole."""

import asyncio
import datetime as dt
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from zhibu_core.storage.port import ObjectMissing, Stored, store_unavailable

DRAFT = ".draft"


class FolderStore:
    """The store of laptops and of installations with one machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, name: str, content: AsyncIterator[bytes]) -> int:
        """Writes beside, syncs, renames, syncs the folder; a killed put leaves a draft, which the sweep finds."""
        path = self._path(name)
        draft, size = path.with_name(f"{path.name}.{secrets.token_hex(4)}{DRAFT}"), 0
        try:
            handle = await asyncio.to_thread(_new_file, draft)
            with os.fdopen(handle, "wb") as file:
                async for block in content:
                    size += await asyncio.to_thread(file.write, block)
                await asyncio.to_thread(_keep, file.fileno(), file.flush)
            await asyncio.to_thread(_rename, draft, path)
        except OSError as error:
            raise store_unavailable(error.strerror or "disk") from error
        finally:
            draft.unlink(missing_ok=True)
        return size

    async def read(self, name: str, start: int, length: int) -> bytes:
        """Reads only what is asked for."""
        try:
            return await asyncio.to_thread(_read, self._path(name), start, length)
        except FileNotFoundError:
            raise ObjectMissing(name) from None
        except OSError as error:
            raise store_unavailable(error.strerror or "disk") from error

    async def delete(self, name: str) -> bool:
        """Removes the file, and folders that it leaves empty."""
        return await asyncio.to_thread(self._delete, self._path(name))

    async def below(self, prefix: str) -> AsyncIterator[Stored]:
        """Walks the folder; what vanishes meanwhile is left out."""
        for found in await asyncio.to_thread(self._found, self._path(prefix)):
            yield found

    def _found(self, folder: Path) -> list[Stored]:
        found = []
        for path in folder.rglob("*"):
            with suppress(FileNotFoundError):
                if path.is_file():
                    said = path.stat()
                    at = dt.datetime.fromtimestamp(said.st_mtime, dt.UTC)
                    found.append(Stored(path.relative_to(self.folder).as_posix(), said.st_size, at))
        return sorted(found, key=lambda one: one.name)

    def _delete(self, path: Path) -> bool:
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        with suppress(OSError):
            for above in path.parents:
                if above == self.folder:
                    break
                above.rmdir()
        return True

    def _path(self, name: str) -> Path:
        parts = [part for part in name.split("/") if part]
        if not parts or any(part in (".", "..") or part.startswith(".") for part in parts):
            raise ValueError(f"no name of an object: {name}")
        return self.folder.joinpath(*parts)


def _new_file(path: Path) -> int:
    while True:
        make_private(path.parent)
        try:
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileNotFoundError:
            continue  # a deletion has just removed the folder that it left empty


def make_private(folder: Path) -> None:
    """Makes the folder and those above it that are missing, for their owner only (`mkdir` makes the latter for everybody)."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)


def _read(path: Path, start: int, length: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(length)


def _keep(handle: int, flush: object) -> None:
    if callable(flush):
        flush()
    os.fsync(handle)


def _rename(draft: Path, path: Path) -> None:
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
