"""The folder of files in a backup: copied after the database's snapshot, so that every file the snapshot names is there."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from zhibu_core.settings import Settings
from zhibu_core.storage.folder import make_private
from zhibu_core.storage.opening import FOLDER

FILES = FOLDER


def copy_files(settings: Settings, target: Path) -> tuple[int, int]:
    """Copies the sealed objects of the folder store to `target`; how many, and bytes. A bucket is copied by its server's means.

    An object is put once under a name of its own and never changed, so a copy made while others come and go is sound.
    """
    if settings.storage.bucket is not None:
        return 0, 0
    return _copy(settings.data / FILES, target)


def put_back(settings: Settings, source: Path) -> tuple[int, int]:
    """Copies what the folder store lacks from the backup's `source`; what is there stays."""
    if settings.storage.bucket is not None or not source.is_dir():
        return 0, 0
    return _copy(source, settings.data / FILES)


def measure(folder: Path) -> tuple[int, int]:
    """How many files a folder holds, and their bytes."""
    sizes = [path.stat().st_size for path in _files(folder)]
    return len(sizes), sum(sizes)


def _copy(source: Path, target: Path) -> tuple[int, int]:
    count = size = 0
    for path in _files(source):
        copy = target / path.relative_to(source)
        if copy.exists():
            continue
        make_private(copy.parent)
        draft = copy.with_name(f"{copy.name}.partial")
        try:
            shutil.copyfile(path, draft)
        except FileNotFoundError:  # swept meanwhile
            draft.unlink(missing_ok=True)
            continue
        draft.chmod(0o600)
        _keep(draft)
        draft.rename(copy)
        count, size = count + 1, size + copy.stat().st_size
    return count, size


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix not in (".draft", ".partial"))


def _keep(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
