"""The two S3 servers, MinIO and versitygw: built from their Go modules, started on empty folders."""

import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from services.places import Trouble, cache
from services.processes import free_port, start, wait_for
from services.tools import go, run

MODULES = {
    "minio": "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c",
    "versitygw": "github.com/versity/versitygw/cmd/versitygw@v1.8.0",
}
STARTS_WITHIN = 60.0


def prepare(name: str) -> Path:
    """The built server of this version; Go checks every module against its sums."""
    version = MODULES[name].rpartition("@")[2]
    built = cache() / f"{name}-{version}"
    if built.exists():
        return built
    print(f"· building {name} {version} (minutes, the first time)", flush=True)
    part = cache() / f"{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    env = dict(os.environ) | {"GOBIN": str(part), "CGO_ENABLED": "0", "GOFLAGS": _flags()}
    run(f"building {name}", [go(), "install", "-trimpath", "-ldflags=-s -w", MODULES[name]], env=env, cwd=cache())
    made = part / name
    if not made.is_file():
        raise Trouble(f"{name} was built, but {made.name} is not there")
    made.rename(built)
    shutil.rmtree(part)
    return built


def launch(name: str) -> dict[str, Any]:
    """Starts it with new keys on an empty folder."""
    binary, port = prepare(name), free_port()
    folder = cache() / f"{name}-data"
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("files", "versions"):
        (folder / part).mkdir(parents=True)
    access, secret = "zhibu" + secrets.token_hex(6), secrets.token_urlsafe(24)
    address = f"127.0.0.1:{port}"
    if name == "minio":
        console = f"127.0.0.1:{free_port()}"
        rest = ["server", "--address", address, "--console-address", console, str(folder / "files")]
        own = {"MINIO_ROOT_USER": access, "MINIO_ROOT_PASSWORD": secret, "MINIO_UPDATE": "off", "MINIO_BROWSER": "off"}
    else:
        rest = ["--port", address, "posix", "--versioning-dir", str(folder / "versions"), str(folder / "files")]
        own = {"ROOT_ACCESS_KEY": access, "ROOT_SECRET_KEY": secret}
    pid, mark = start(name, [binary, *rest], dict(os.environ) | own)
    return {"pid": pid, "mark": mark, "address": f"http://{address}", "user": access, "password": secret}


def wait(name: str, state: dict[str, Any]) -> None:
    """Returns once it answers: refusing who has not signed is an answer."""
    wait_for(name, state["pid"], f"{state['address']}/", STARTS_WITHIN, accept=lambda status: status < 500)


def _flags() -> str:
    """The machine's own flags, and no version control stamps, which need the module's repository."""
    return f"{os.environ.get('GOFLAGS', '')} -buildvcs=false".strip()
