"""Makes, starts, finds and stops the one PostgreSQL server of a data folder; callers hold the gate's lock meanwhile."""

import contextlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from zhibu_core.database import locks
from zhibu_core.database.account import Account, closed_to, listed
from zhibu_core.database.options import INITDB, arguments
from zhibu_core.database.places import SOCKET, Places, account_of, socket_folder
from zhibu_core.errors import Unavailable

LAUNCH = Path(__file__).with_name("launch.py")
START_SECONDS, STOP_SECONDS, HARD_STOP_SECONDS = 60, 12, 5
PAUSE = 0.005
LOG_BYTES, LOG_KEPT_BYTES = 2_000_000, 500_000


@dataclass(frozen=True)
class Running:
    """A server that takes connections: its process id and the folder of its socket."""

    pid: int
    socket_folder: Path


def find(places: Places) -> Running | None:
    """The server of these data if it takes connections; believes the socket, never a process id that a file names."""
    try:
        lines = (places.cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    pid = _listener(Path(lines[4]) / SOCKET)
    return None if pid is None else Running(pid or int(lines[0]), Path(lines[4]))


def create(places: Places) -> None:
    """Makes the data folder with the empty database `zhibu`; killed half-way it leaves nothing that counts as made."""
    account, fresh = account_of(places), places.data / "postgres.new"
    maker = listed(account)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    maker.take(fresh)
    _run(places, maker, [str(places.programs / "initdb"), "-D", str(fresh), *INITDB])
    single = [str(places.programs / "postgres"), "--single", "-c", "log_checkpoints=off", "-D", str(fresh), "postgres"]
    _run(places, maker, single, "create database zhibu;\n")
    if maker != account:
        account.take_tree(fresh)
    fresh.rename(places.cluster)


def settle(places: Places) -> Running | None:
    """The server once it takes connections, or None once nothing of an earlier one lives any more.

    Between the two are a server whose starter was killed, and the children of a server that was killed itself.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if running := find(places):
            return running
        if not locks.is_held(places.alive):
            return None
        time.sleep(PAUSE)
    raise Unavailable(
        "database_start", f"PostgreSQL was neither ready nor gone after {START_SECONDS} s; see {places.log}."
    )


def start(places: Places) -> Running:
    """Starts the server, of which nothing lives, and waits until it takes connections.

    Raises `Unavailable` with what PostgreSQL said.
    """
    account = account_of(places)
    _own_cluster(places, account)
    alive = locks.open_own(places.alive)
    log = locks.open_own(places.log, os.O_WRONLY | os.O_APPEND | os.O_TRUNC)
    try:
        if not locks.try_lock(alive):
            raise Unavailable("database_remnant", f"Another PostgreSQL has begun to serve {places.cluster}; try again.")
        sockets = socket_folder(places, account)
        _remove_stale(places, sockets)
        command = [str(places.programs / "postgres"), *arguments(places.major, places.cluster, sockets, places.buffers)]
        traverse = closed_to(account, (*places.needed, sockets.parent)) is not None
        with _launched(account, command, traverse, detach=True, keep=alive, out=log) as launcher:
            launcher.wait()
    finally:
        os.close(log)
        os.close(alive)  # the server holds the same lock from now on, or nobody does
    running = settle(places)
    if running is None:
        raise _failure(places, account, places.log.read_text(errors="replace"))
    return running


def stop(places: Places) -> bool:
    """Stops the server (open transactions are rolled back) and waits; false where none was running."""
    running = settle(places)
    if running is None:
        return False
    for sign, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, HARD_STOP_SECONDS)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(running.pid, sign)
        if _wait_gone(places, running, seconds):
            with contextlib.suppress(OSError):
                running.socket_folder.rmdir()
            return True
    raise Unavailable("database_stop", f"PostgreSQL (process {running.pid}) does not stop; see {places.log}.")


def trim_log(places: Places) -> None:
    """Keeps the end of a log that has grown; the server appends, so it goes on writing behind what is kept."""
    if not places.log.exists() or places.log.stat().st_size <= LOG_BYTES:
        return
    with places.log.open("r+b") as log:
        log.seek(-LOG_KEPT_BYTES, os.SEEK_END)
        kept = log.read().partition(b"\n")[2]
        log.seek(0)
        log.truncate()
        log.write(kept)


def _listener(path: Path) -> int | None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
        except OSError:
            return None
        credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[0])


def _wait_gone(places: Places, running: Running, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not locks.is_held(places.alive) and _listener(running.socket_folder / SOCKET) is None:
            return True
        time.sleep(PAUSE)
    return False


def _run(places: Places, account: Account, command: list[str], text: str = "") -> None:
    traverse = closed_to(account, places.needed) is not None
    with _launched(account, command, traverse, detach=False, out=subprocess.PIPE) as process:
        said, _ = process.communicate(text)
    if process.returncode != 0 or "FATAL" in said or "ERROR" in said:
        raise _failure(places, account, said)


def _launched(
    account: Account, command: list[str], traverse: bool, *, detach: bool, out: int, keep: int | None = None
) -> "subprocess.Popen[str]":
    order = {"command": command, "uid": account.uid, "gid": account.gid, "traverse": traverse, "detach": detach}
    # Nothing of the caller's PG… variables may steer the server; TZ spares initdb a search through all time zones.
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(LAUNCH), json.dumps(order)],
        stdin=subprocess.DEVNULL if detach else subprocess.PIPE,
        stdout=out,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
        cwd="/",
        pass_fds=() if keep is None else (keep,),
        start_new_session=True,
    )


def _failure(places: Places, account: Account, said: str) -> Unavailable:
    closed = closed_to(account, places.needed)
    if closed is not None and ("ermission denied" in said or "own executable" in said):
        return Unavailable(
            "database_unreachable",
            f"PostgreSQL does not run as root; it runs as user id {account.uid} and may not pass {closed}, and this "
            "system does not let it keep the capability for that. Put project and data folder (ZHIBU_DATA) where "
            "others may enter, for example below /srv, or work as an ordinary user.",
        )
    lines = [line for line in said.splitlines() if "FATAL" in line or "ERROR" in line] or said.splitlines()
    why = lines[-1] if lines else "it said nothing"
    return Unavailable("database_start", f"PostgreSQL did not start: {why} (log: {places.log})")


def _own_cluster(places: Places, account: Account) -> None:
    found = places.cluster.stat()
    if account.uid is not None and found.st_uid == 0:
        account.take_tree(places.cluster)  # a copy that root has made
    if found.st_mode & 0o077:
        places.cluster.chmod(0o700)


def _remove_stale(places: Places, sockets: Path) -> None:
    """Files of a killed server; PostgreSQL would believe them where their process id is somebody else's by now."""
    for name in (SOCKET, f"{SOCKET}.lock"):
        (sockets / name).unlink(missing_ok=True)
    held = places.cluster / "postmaster.pid"
    try:
        pid = int(held.read_text().split("\n", 1)[0])
        serves = os.fsencode(places.cluster) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        serves = False
    if serves:
        what = f"Another PostgreSQL (process {pid}) serves {places.cluster}; stop it first."
        raise Unavailable("database_foreign", what)
    held.unlink(missing_ok=True)
