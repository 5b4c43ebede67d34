"""A file that has its name only once it is whole: what a killed process leaves is a hidden draft, never a half file."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class Draft:
    """The file beside its later name; `file` takes the bytes, `keep` gives it the name."""

    def __init__(self, out: Path) -> None:
        """Opens the draft; raises `FileExistsError` where something is at `out`, other `OSError`s of its folder."""
        if os.path.lexists(out):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(out))
        self.out = out
        self.is_kept = False
        self.path = out.with_name(f".{out.name}.{secrets.token_hex(4)}.partial")
        self.file: IO[bytes] = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")

    def keep(self) -> None:
        """On disk, and then under its name, which nobody has taken meanwhile; raises `FileExistsError` otherwise."""
        self.file.flush()
        os.fsync(self.file.fileno())
        os.link(self.path, self.out)
        self.is_kept = True
        folder = os.open(self.out.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def take_back(self) -> None:
        """Takes the name away from a kept file again; what somebody else put there stays."""
        if self.is_kept:
            self.out.unlink(missing_ok=True)

    def drop(self) -> None:
        """Takes the draft away; a kept file stays."""
        self.file.close()
        self.path.unlink(missing_ok=True)


@contextmanager
def draft_of(out: Path) -> Iterator[Draft]:
    """A draft that is gone when the block ends, kept or not."""
    draft = Draft(out)
    try:
        yield draft
    finally:
        draft.drop()
