"""The processes under attack: each a real `zhibu …` of its own, killed by SIGKILL, and the embedded PostgreSQL."""

import asyncio
import os
import select
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from zhibu_core.database import embedded, postmaster
from zhibu_core.database.places import places_of
from zhibu_core.settings import Settings

HEAL_LIMIT = 2.0
"""Seconds after which the service must answer again once the database is back (tenancy-security.md 9)."""

PATIENCE = 60.0


@dataclass
class Process:
    """A started command; what it says goes to a file, so that no pipe outlives it."""

    process: asyncio.subprocess.Process
    said: Path
    begun: float

    async def end(self) -> int:
        """Its exit code, negative where a signal ended it."""
        return await self.process.wait()

    async def kill(self) -> None:
        """SIGKILL, and the end of it."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    @property
    def words(self) -> str:
        """The end of what it said."""
        return self.said.read_text(errors="replace")[-2000:]


async def start(settings: Settings, *arguments: str, **more: str) -> Process:
    """Starts `zhibu …` on the data folder of `settings`."""
    handle, name = tempfile.mkstemp(dir=settings.data.parent, prefix="said-")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ZHIBU_")}
    environment |= {"ZHIBU_DATA": str(settings.data), **more}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "zhibu_core", *arguments,
        stdin=asyncio.subprocess.DEVNULL, stdout=handle, stderr=handle, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(handle)
    return Process(process, Path(name), time.monotonic())


class Database:
    """The embedded server: killed with its children left to themselves, or one of its children alone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.leases = [embedded.join(settings)]

    async def kill(self) -> None:
        """SIGKILL to the first process of the server, and the end of it; its children are left to themselves."""
        running = postmaster.find(places_of(self.settings))
        assert running is not None
        handle = os.pidfd_open(running.pid)
        try:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            await asyncio.to_thread(select.select, [handle], [], [])  # readable once the process is gone
        finally:
            os.close(handle)

    async def bring_back(self) -> None:
        """Starts it where it does not run; returns once it takes connections."""
        self.leases.append(await asyncio.to_thread(embedded.join, self.settings))

    def close(self) -> None:
        """Stops it."""
        for lease in self.leases:
            embedded.leave(lease)
        embedded.stop(self.settings)


async def seconds_until_ready(address: str, patience: float = PATIENCE) -> float:
    """Seconds from now until the service says that it is ready; raises `TimeoutError`."""
    begun = time.monotonic()
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        while time.monotonic() < begun + patience:
            try:
                if (await client.get(f"{address}/health/ready")).status_code == 200:
                    return time.monotonic() - begun
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.02)
    raise TimeoutError(f"{address} is not ready after {patience} s")
