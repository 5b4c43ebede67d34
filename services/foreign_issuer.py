"""An OpenID issuer written by others (npm oidc-provider), whose tokens must be judged like Keycloak's."""

import os
import sys
from pathlib import Path
from typing import Any

from services.npm import NODE, prepare
from services.processes import free_port, start, wait_for

SOURCE = Path(__file__).parent / "foreign"
STARTS_WITHIN = 60.0


def launch() -> dict[str, Any]:
    """Starts it with keys of its own."""
    folder, port = prepare(SOURCE, "oidc-provider"), free_port()
    env = dict(os.environ) | {"PORT": str(port), "NODE_ENV": "production"}
    pid, mark = start("foreign-issuer", [sys.executable, "-c", NODE, folder / "issuer.mjs"], env, cwd=folder)
    return {"pid": pid, "mark": mark, "address": f"http://127.0.0.1:{port}"}


def wait(state: dict[str, Any]) -> None:
    """Returns once its discovery document is there."""
    address = f"{state['address']}/.well-known/openid-configuration"
    wait_for("foreign-issuer", state["pid"], address, STARTS_WITHIN, accept=lambda status: status == 200)
