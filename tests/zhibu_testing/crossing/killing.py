"""Kills, by SIGKILL, a process that carries what waits between tenants, at a named place; and lets another one go on."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from zhibu_core.tenancy.scope import Tenant
from zhibu_testing.commanding import environment
from zhibu_testing.fixtures import TestDatabase


@dataclass(frozen=True)
class Couriers:
    """Processes of their own that carry, one at a time."""

    nursery: "subprocess.Popen[str]"
    slugs: list[str]

    def carry(self) -> None:
        """One carries everything to its end."""
        heard = self._send({})
        assert heard == ["done", "ended 0"], heard

    def kill(self, stop: str, kind: str) -> None:
        """One is killed where it halts."""
        heard = self._send({"stop": stop, "kind": kind})
        assert heard == ["halted", f"ended {-signal.SIGKILL}"], (stop, kind, heard)

    def _send(self, order: dict[str, Any]) -> list[str]:
        """What the process says, killed as soon as it halts."""
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(json.dumps({**order, "tenants": self.slugs}) + "\n")
        self.nursery.stdin.flush()
        heard, process = [], 0
        for line in map(str.strip, self.nursery.stdout):
            if line.startswith("begun"):
                process = int(line.split()[1])
                continue
            heard.append(line)
            if line == "halted":
                os.kill(process, signal.SIGKILL)
            if line.startswith("ended"):
                return heard
        raise AssertionError(f"the nursery ended: {heard}")


@contextmanager
def couriers(database: TestDatabase, *tenants: Tenant) -> Iterator[Couriers]:
    """Such processes for these tenants, on the test's database."""
    nursery = subprocess.Popen(
        [sys.executable, "-m", "zhibu_testing.crossing.carrying"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env=environment(database),
    )  # fmt: skip
    try:
        yield Couriers(nursery, [tenant.slug for tenant in tenants])
    finally:
        assert nursery.stdin is not None
        nursery.stdin.close()
        nursery.wait(timeout=60)
