"""Servers as processes of their own session: started with a log, waited for, and stopped only if they are still ours."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from services.places import Trouble, cache

STOPS_WITHIN = 20.0


def free_port() -> int:
    """A port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(
    name: str, command: Sequence[str | Path], env: Mapping[str, str], *, cwd: Path | None = None
) -> tuple[int, str]:
    """Starts a server that outlives this process; returns its pid and the mark by which we know it again."""
    with log_of(name).open("wb") as log:
        process = subprocess.Popen(
            [str(part) for part in command],
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return process.pid, _mark(process.pid)


def log_of(name: str) -> Path:
    """Where a server's log lies."""
    return cache() / f"{name}.log"


def is_ours(pid: int, mark: str) -> bool:
    """Whether the process we started still runs: a pid alone may have been given to another since."""
    return bool(mark) and _mark(pid) == mark


def wait_for(name: str, pid: int, address: str, seconds: float, *, accept: Callable[[int], bool]) -> None:
    """Waits until the address answers acceptably; raises `Trouble` where it does not."""

    def answers() -> bool:
        try:
            return accept(httpx.get(address, timeout=2, trust_env=False).status_code)
        except httpx.HTTPError:
            return False

    wait_until(name, pid, answers, seconds)


def wait_until(name: str, pid: int, answers: Callable[[], bool], seconds: float) -> None:
    """Waits until the server answers; raises `Trouble` with its log's last lines where it does not, or has ended."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not _ended(pid):
        try:
            if answers():
                return
        except OSError:
            pass  # nobody listens yet
        time.sleep(0.2)
    lines = log_of(name).read_text(encoding="utf-8", errors="replace").splitlines()[-4:]
    raise Trouble(f"{name} did not start within {seconds:.0f} s: " + " / ".join(lines))


def stop(pid: int, mark: str) -> bool:
    """Ends the process group that we started, gently at first; whether there was one."""
    if not is_ours(pid, mark):
        return False
    ends = time.monotonic() + STOPS_WITHIN
    os.killpg(pid, signal.SIGTERM)
    while is_ours(pid, mark) and not _ended(pid):
        if time.monotonic() > ends:
            os.killpg(pid, signal.SIGKILL)
            break
        time.sleep(0.1)
    return True


def _mark(pid: int) -> str:
    """The moment the process began, as the kernel counts it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _ended(pid: int) -> bool:
    """Whether it is gone, or waits only for its parent to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
