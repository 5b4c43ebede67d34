"""The file in which `zhibu login` keeps what it got: for its owner only, one sign-in at a time."""

import os
from pathlib import Path

import msgspec

from zhibu_core.errors import NotFound
from zhibu_core.words import Words


class Kept(msgspec.Struct, frozen=True):
    """A sign-in at a server; `expires_at` of the access token is in seconds since 1970."""

    server: str
    tenant: str
    issuer: str
    client_id: str
    access_token: str
    refresh_token: str | None
    expires_at: float


def token_file() -> Path:
    """Where it is; `XDG_CONFIG_HOME` decides."""
    base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "zhibu" / "login.json"


def keep(kept: Kept) -> None:
    """Writes the file in one step, mode 0600 from its first byte."""
    path = token_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(msgspec.json.encode(kept))
    part.replace(path)


def kept() -> Kept:
    """What is kept; raises `NotFound` where nothing is."""
    try:
        return msgspec.json.decode(token_file().read_bytes(), type=Kept)
    except (OSError, msgspec.DecodeError) as error:
        raise NotFound(
            "login", Words("还没有登录。请先运行 zhibu login。", "Not signed in yet. Run zhibu login first.")
        ) from error
