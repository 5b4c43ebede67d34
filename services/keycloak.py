"""Keycloak: fetched with Maven, built once for a database in memory, started empty on loopback."""

import os
import secrets
import shutil
import zipfile
from pathlib import Path
from typing import Any

from services.places import Trouble, cache
from services.processes import free_port, start, wait_for
from services.tools import java, maven, run

VERSION = "26.7.3"
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
ADMIN = "zhibu-services"
STARTS_WITHIN = 300.0


def prepare() -> Path:
    """The unpacked and built distribution; what is whole from an earlier run is used again."""
    java()
    folder = cache() / f"keycloak-{VERSION}"
    if (folder / ".built").exists():
        return folder
    print(f"· fetching Keycloak {VERSION}", flush=True)
    archive = _fetch()
    print("· building Keycloak", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    _unpack(archive, folder)
    run(
        "building Keycloak",
        [folder / "bin/kc.sh", "build", "--db=dev-mem", "--health-enabled=true"],
        env=_environment(),
    )
    (folder / ".built").touch()
    return folder


def launch() -> dict[str, Any]:
    """Starts it with an administrating client of a new secret; returns pid, address and credentials."""
    folder, port, management = prepare(), free_port(), free_port()
    password = secrets.token_urlsafe(24)
    env = _environment() | {"KC_BOOTSTRAP_ADMIN_CLIENT_ID": ADMIN, "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": password}
    # Without --cache=local it opens cluster ports on the machine's outer address.
    command: list[str | Path] = [
        folder / "bin/kc.sh",
        "start",
        "--optimized",
        "--cache=local",
        "--http-enabled=true",
        "--hostname-strict=false",
        "--http-host=127.0.0.1",
        f"--http-port={port}",
        "--http-management-host=127.0.0.1",
        f"--http-management-port={management}",
    ]
    pid, mark = start("keycloak", command, env)
    return {
        "pid": pid,
        "mark": mark,
        "address": f"http://127.0.0.1:{port}",
        "ready": f"http://127.0.0.1:{management}/health/ready",
        "user": ADMIN,
        "password": password,
    }


def wait(state: dict[str, Any]) -> None:
    """Returns once it answers."""
    wait_for("keycloak", state["pid"], state["ready"], STARTS_WITHIN, accept=lambda status: status == 200)


def _fetch() -> Path:
    """The archive as Maven checked it, in a folder of our own; a broken one is fetched anew, once."""
    target = cache() / f"keycloak-quarkus-dist-{VERSION}.zip"
    for last in (False, True):
        if not target.exists():
            options = ["-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={cache()}"]
            run("fetching Keycloak", [maven(), *options, "-Dmdep.overWriteReleases=true"], cwd=cache())
        if _is_whole(target):
            return target
        target.unlink(missing_ok=True)
        if last:
            break
    raise Trouble(f"Keycloak {VERSION} arrived damaged twice; remove it from Maven's local repository and try again")


def _is_whole(archive: Path) -> bool:
    try:
        with zipfile.ZipFile(archive) as found:
            return found.testzip() is None
    except (OSError, zipfile.BadZipFile):
        return False


def _unpack(archive: Path, folder: Path) -> None:
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with zipfile.ZipFile(archive) as found:
        found.extractall(part)
    (part / f"keycloak-{VERSION}").rename(folder)
    shutil.rmtree(part)
    (folder / "bin/kc.sh").chmod(0o755)


def _environment() -> dict[str, str]:
    return dict(os.environ) | {"JAVA_OPTS_KC_HEAP": "-Xms128m -Xmx640m"}
