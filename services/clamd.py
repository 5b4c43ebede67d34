"""Starts clamd with one signature of its own, the EICAR test file's: a real scanner, for which no virus database is fetched."""

import os
import shutil
import socket
from pathlib import Path
from typing import Any

from services.places import cache
from services.processes import free_port, start, wait_until
from services.tools import clamd
from zhibu_testing.scanner import EICAR

SIGNATURE = "Eicar-Test-Signature"
STARTS_WITHIN = 60.0
LARGEST = "64M"
"""More than a file of Zhibu's may have unless set otherwise; what is larger gets no verdict."""


def launch() -> dict[str, Any]:
    """Starts it in the foreground on loopback, as whoever runs this."""
    binary, port, folder = clamd(), free_port(), cache() / "clamd"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "signatures").mkdir(parents=True)
    # Name:TargetType:Offset:HexSignature (ClamAV's extended signature format): any type of file, at any place.
    (folder / "signatures" / "eicar.ndb").write_text(f"{SIGNATURE}:0:*:{EICAR.hex()}\n", encoding="ascii")
    settings = folder / "clamd.conf"
    settings.write_text(_settings(folder, port), encoding="utf-8")
    pid, mark = start("clamd", [binary, f"--config-file={settings}"], os.environ)
    return {"pid": pid, "mark": mark, "address": f"127.0.0.1:{port}"}


def wait(state: dict[str, Any]) -> None:
    """Returns once it answers."""
    wait_until("clamd", state["pid"], lambda: _answers(state["address"]), STARTS_WITHIN)


def _answers(address: str) -> bool:
    """clamd(8): PONG to PING."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=2) as connection:
        connection.sendall(b"zPING\0")
        return connection.recv(16).startswith(b"PONG")


def _settings(folder: Path, port: int) -> str:
    """What docs/howto/operate.md asks of a clamd: what it could not look at whole is no clean file."""
    return "\n".join(
        [
            f"DatabaseDirectory {folder / 'signatures'}",
            *("Foreground yes", f"TCPSocket {port}", "TCPAddr 127.0.0.1"),
            *("Bytecode no", "OfficialDatabaseOnly no", "MaxThreads 2"),
            *(f"{limit} {LARGEST}" for limit in ("StreamMaxLength", "MaxFileSize", "MaxScanSize")),
            "AlertExceedsMax yes",
            "",
        ]
    )
