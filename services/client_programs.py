"""The programs that integrators use, each in a folder of the cache: a venv of Python, the packages of npm."""

import shutil
import sys
from pathlib import Path

from services.npm import prepare
from services.places import cache
from services.tools import run

HERE = Path(__file__).parent / "api_clients"


def client_python(what: str) -> Path:
    """The interpreter of a venv with what `<what>.txt` names; each has its own, as they need other versions of graphql-core."""
    folder = cache() / f"api-clients-{what}"
    source = HERE / f"{what}.txt"
    wanted = source.read_text(encoding="utf-8")
    done, python = folder / ".installed", folder / "bin" / "python"
    if not (done.exists() and done.read_text(encoding="utf-8") == wanted):
        print(f"· fetching {wanted.strip()}", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        run("making a venv", [sys.executable, "-m", "venv", folder])
        quiet = ["--quiet", "--disable-pip-version-check"]
        run(f"fetching {what}", [python, "-m", "pip", "install", *quiet, "-r", source])
        done.write_text(wanted, encoding="utf-8")
    return python


def npm_folder() -> Path:
    """The folder with the packages of package.json."""
    return prepare(HERE, "clients in TypeScript")
