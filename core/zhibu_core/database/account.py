"""Which user id runs the embedded PostgreSQL, which refuses root, and whether that id can reach the files it needs."""

import hashlib
import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from zhibu_core.errors import Unavailable

# Ids that neither Debian nor systemd hands out, and that exist inside rootless containers too (below 65536).
FIRST_FREE, FREE_IDS = 60578, 606
FALLBACK = "nobody"


@dataclass(frozen=True)
class Account:
    """A numeric user and group; `id` is None where the server simply runs as whoever calls (no root)."""

    uid: int | None
    gid: int | None

    @property
    def is_own(self) -> bool:
        """Whether the server runs as the calling user."""
        return self.uid is None

    def take(self, path: Path) -> None:
        """Makes the account owner of what the calling root user has made; `Unavailable` where the system forbids it."""
        if self.uid is None or self.gid is None:
            return
        try:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)
        except OSError as error:  # a container without further user ids
            raise Unavailable(
                "database_account",
                f"PostgreSQL does not run as root, and this system lets root hand nothing to user id {self.uid} "
                f"({error.strerror}). Work as an ordinary user instead.",
            ) from error

    def take_tree(self, folder: Path) -> None:
        """The same for a folder with everything in it; links are changed themselves, never followed."""
        self.take(folder)
        for place, folders, files in os.walk(folder):
            for name in (*folders, *files):
                self.take(Path(place, name))


def account_for(folder: Path) -> Account:
    """Who serves `folder`: its owner where it exists, else, for root only, an id of its own that nobody else has."""
    if os.geteuid() != 0:
        return Account(None, None)
    if folder.exists() and folder.stat().st_uid != 0:
        found = folder.stat()
        return Account(found.st_uid, found.st_gid)
    start = int.from_bytes(hashlib.sha256(os.fsencode(folder)).digest()[:4], "big")
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    ids = (FIRST_FREE + (start + step) % FREE_IDS for step in range(FREE_IDS))
    free = next(number for number in ids if number not in taken)
    return Account(free, free)


def listed(account: Account) -> Account:
    """An account that the user database knows, for initdb, which insists on a name for its user id."""
    if account.uid is None or account.uid in {entry.pw_uid for entry in pwd.getpwall()}:
        return account
    entry = pwd.getpwnam(FALLBACK)
    return Account(entry.pw_uid, entry.pw_gid)


def closed_to(account: Account, paths: Iterable[Path]) -> Path | None:
    """The first folder or file on the way to `paths` that the account may not pass, as the plain mode bits say."""
    if account.uid is None:
        return None
    for path in paths:
        real = path.resolve()
        for step in (*reversed(real.parents), real):
            if not _may_pass(account, step):
                return step
    return None


def _may_pass(account: Account, path: Path) -> bool:
    found = path.stat()
    owner, group = found.st_uid == account.uid, found.st_gid == account.gid
    granted = found.st_mode >> (6 if owner else 3 if group else 0)
    wanted = stat.S_IXOTH if stat.S_ISDIR(found.st_mode) else stat.S_IROTH
    return granted & wanted == wanted
