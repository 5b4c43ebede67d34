"""Runs pg_dump and pg_restore, those that came with the server, and waits without holding up anything else."""

import asyncio
import os
from pathlib import Path

from zhibu_core.database.access import Server
from zhibu_core.errors import Unavailable
from zhibu_core.words import Words


async def run_program(server: Server, name: str, *arguments: str) -> None:
    """Raises `Unavailable` with the program's last words where it fails; ends it where the caller is broken off."""
    process = await asyncio.create_subprocess_exec(
        str(_path(server, name)),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        # Nothing of the caller's PG… variables may steer it.
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
    )
    try:
        _, said = await process.communicate()
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    if process.returncode != 0:
        raise _failure(name, said.decode(errors="replace"))


def _path(server: Server, name: str) -> Path:
    path = server.programs / name if server.programs else None
    if path is None or not path.exists():
        raise Unavailable(
            "backup_program",
            Words(
                f"内置 PostgreSQL 没有附带 {name}。请先运行 make install。",
                f"The embedded PostgreSQL does not bring {name} along. Run make install first.",
            ),
        )
    return path


def _failure(name: str, said: str) -> Unavailable:
    lines = [line for line in said.splitlines() if "error" in line.lower()] or said.splitlines()
    why = lines[0] if lines else "it said nothing"
    return Unavailable("backup_failed", Words(f"{name} 没有完成：{why}", f"{name} failed: {why}"))
