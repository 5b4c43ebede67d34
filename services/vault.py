"""Vault in development mode, for the key provider: built from its Go module, which takes minutes and is done only when asked for."""

import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from services.places import Trouble, cache
from services.processes import free_port, start, wait_for
from services.tools import go, run

MODULE, VERSION = "github.com/hashicorp/vault", "v1.21.0"
REPLACED = "github.com/hashicorp/vault/sdk=github.com/hashicorp/vault/sdk@v0.20.0"
"""Vault's own module names a folder of its repository here, so it is built inside a module of ours."""

STARTS_WITHIN = 60.0


def prepare() -> Path:
    """The built server; Go checks every module against its sums."""
    built = cache() / f"vault-{VERSION}"
    if built.exists():
        return built
    print(f"· building vault {VERSION} (about ten minutes, the first time)", flush=True)
    folder = cache() / "vault.part"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "tools.go").write_text(f'//go:build tools\n\npackage built\n\nimport _ "{MODULE}"\n', encoding="utf-8")
    flags = f"{os.environ.get('GOFLAGS', '')} -buildvcs=false -mod=mod".strip()
    env = dict(os.environ) | {"CGO_ENABLED": "0", "GOFLAGS": flags}
    for what in (
        ["mod", "init", "zhibu.invalid/built"],
        ["mod", "edit", f"-require={MODULE}@{VERSION}", f"-replace={REPLACED}"],
        ["build", "-trimpath", "-ldflags=-s -w", "-o", "vault", MODULE],
    ):
        run("building vault", [go(), *what], env=env, cwd=folder)
    made = folder / "vault"
    if not made.is_file():
        raise Trouble("vault was built, but it is not there")
    made.rename(built)
    shutil.rmtree(folder)
    return built


def launch() -> dict[str, Any]:
    """Starts it in memory with a new token."""
    binary, port, token = prepare(), free_port(), secrets.token_urlsafe(24)
    address = f"127.0.0.1:{port}"
    rest = ["server", "-dev", "-dev-no-store-token", f"-dev-listen-address={address}"]
    pid, mark = start("vault", [binary, *rest], dict(os.environ) | {"VAULT_DEV_ROOT_TOKEN_ID": token})
    return {"pid": pid, "mark": mark, "address": f"http://{address}", "token": token}


def wait(state: dict[str, Any]) -> None:
    """Returns once it is unsealed."""
    health = f"{state['address']}/v1/sys/health"
    wait_for("vault", state["pid"], health, STARTS_WITHIN, accept=lambda status: status == 200)
