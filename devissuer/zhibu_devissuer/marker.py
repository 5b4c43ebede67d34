"""The file in ZHIBU_DATA by which commands find the running demo: its address and the secret that lets them in."""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from zhibu_core.errors import Unavailable

NAME = "demo.json"


@dataclass(frozen=True)
class Marker:
    """A running demo."""

    origin: str
    secret: str = field(repr=False)
    pid: int


def write_marker(data: Path, origin: str) -> Marker:
    """Notes that this process serves the demo; only the owner of the folder can read the file."""
    marker = Marker(origin, secrets.token_urlsafe(32), os.getpid())
    path = data / NAME
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"origin": marker.origin, "secret": marker.secret, "pid": marker.pid}, file)
    return marker


def read_marker(data: Path) -> Marker:
    """The running demo; raises `Unavailable` where none is noted."""
    try:
        found = json.loads((data / NAME).read_text())
        return Marker(found["origin"], found["secret"], found["pid"])
    except (OSError, ValueError, KeyError) as error:
        raise not_running() from error


def not_running() -> Unavailable:
    """The one sentence of `zhibu token` where no demo answers."""
    return Unavailable("demo", "the demo is not running")
