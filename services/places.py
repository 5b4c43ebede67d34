"""Where services keep what they fetch and what they note: a cache outside the tree, and one state file in it."""

import json
import os
from pathlib import Path
from typing import Any


def cache() -> Path:
    """The cache folder, for its owner only; `XDG_CACHE_HOME` decides where."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "zhibu-services"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def read_state() -> dict[str, dict[str, Any]]:
    """What runs, by service: pid, address, credentials; empty where nothing does."""
    try:
        found: dict[str, dict[str, Any]] = json.loads((cache() / "running.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def write_state(state: dict[str, dict[str, Any]]) -> None:
    """Notes what runs, in one step, readable by its owner only: the state holds passwords."""
    path = cache() / "running.json"
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(state, file, indent=1)
    part.replace(path)


class Trouble(Exception):
    """A service cannot be had; the message says in one line what to do."""
