"""The uploaded files of one import: in a folder of their own, closed to others, gone after writing or a day."""

import shutil
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

import msgspec

from zhibu_core.errors import InvalidInput
from zhibu_core.imports.corrections import Correction
from zhibu_core.settings import Settings
from zhibu_core.words import Words

MOST_FILES = 10
MEGABYTE = 1024 * 1024
LARGEST = 20 * MEGABYTE
LARGEST_TOGETHER = 60 * MEGABYTE
ENDINGS = (".xlsx", ".xls", ".csv")
KEPT_SECONDS = 24 * 3600
PRIVATE = 0o700
CORRECTIONS = "corrections.json"


@dataclass(frozen=True)
class Upload:
    """One file as it came; `name` is its last part only."""

    name: str
    content: bytes


def checked(uploads: Sequence[tuple[str, bytes]]) -> list[Upload]:
    """The uploads with plain names; raises `InvalidInput` for none, too many, too large, unknown or twice the same."""
    files = [Upload(_plain(name), content) for name, content in uploads if name]
    if not files:
        raise InvalidInput(
            "no_file", Words("请先选择要导入的文件。", "Choose the files to import first."), field="files"
        )
    if len(files) > MOST_FILES:
        raise InvalidInput(
            "too_many",
            Words(
                f"一次最多 {MOST_FILES} 个文件。请分几次上传。",
                f"At most {MOST_FILES} files at once. Upload them in several goes.",
            ),
            field="files",
        )
    for one in files:
        if not one.name.lower().endswith(ENDINGS):
            raise InvalidInput(
                "ending",
                Words(
                    f"“{one.name}”不是 xlsx、xls 或 csv 文件。请另存为其中一种。",
                    f"“{one.name}” is no xlsx, xls or csv file. Save it as one of these.",
                ),
                field="files",
            )
        if len(one.content) > LARGEST:
            raise InvalidInput(
                "too_large",
                Words(
                    f"“{one.name}”超过 {LARGEST // MEGABYTE} MB。请拆成几个文件。",
                    f"“{one.name}” is larger than {LARGEST // MEGABYTE} MB. Split it into several files.",
                ),
                field="files",
            )
    if sum(len(one.content) for one in files) > LARGEST_TOGETHER:
        raise InvalidInput(
            "too_large",
            Words(
                f"合计超过 {LARGEST_TOGETHER // MEGABYTE} MB。请分几次上传。",
                f"More than {LARGEST_TOGETHER // MEGABYTE} MB together. Upload them in several goes.",
            ),
            field="files",
        )
    if len({one.name for one in files}) < len(files):
        raise InvalidInput(
            "same_name",
            Words("有两个文件同名。请改名后重新上传。", "Two files have the same name. Rename one and upload again."),
            field="files",
        )
    return files


def _plain(name: str) -> str:
    """The last part of a name, whichever system it comes from, without signs that no file has."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    return "".join(sign for sign in last if sign.isprintable()).lstrip(".")[-200:]


@dataclass(frozen=True)
class Folder:
    """The folder of one run."""

    path: Path

    @classmethod
    def of(cls, settings: Settings, tenant: uuid.UUID, run: uuid.UUID) -> "Folder":
        """The folder, whether it exists or not."""
        return cls(settings.data / "uploads" / str(tenant) / str(run))

    def keep(self, files: Sequence[Upload]) -> None:
        """Writes the files."""
        for folder in (self.path.parent.parent, self.path.parent, self.path):
            folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            folder.chmod(PRIVATE)
        for one in files:
            (self.path / one.name).write_bytes(one.content)

    def files(self, names: Sequence[str]) -> list[str]:
        """The paths in the order uploaded; raises `InvalidInput` where they are gone."""
        paths = [self.path / name for name in names]
        if not all(path.is_file() for path in paths):
            raise InvalidInput(
                "expired",
                Words(
                    "上传的文件已过期并删除。请重新上传。",
                    "The uploaded files have expired and are deleted. Upload them again.",
                ),
                field="files",
            )
        return [str(path) for path in paths]

    def corrections(self) -> list[Correction]:
        """What was corrected so far."""
        kept = self.path / CORRECTIONS
        return msgspec.json.decode(kept.read_bytes(), type=list[Correction]) if kept.is_file() else []

    def correct(self, more: Sequence[Correction]) -> None:
        """Adds corrections; they lie beside the files because they may be as sensitive."""
        (self.path / CORRECTIONS).write_bytes(msgspec.json.encode([*self.corrections(), *more]))

    def discard(self) -> None:
        """Removes everything."""
        shutil.rmtree(self.path, ignore_errors=True)


def sweep(settings: Settings) -> None:
    """Removes the folders of all runs that are older than a day."""
    oldest = time.time() - KEPT_SECONDS
    for folder in (settings.data / "uploads").glob("*/*"):
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
