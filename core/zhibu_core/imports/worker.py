"""The child process of an import: reads its order from standard input, writes JSON lines to standard output."""

import asyncio
import sys
import time
from typing import Any

import msgspec

from zhibu_core.boot import running_platform
from zhibu_core.errors import ZhibuError
from zhibu_core.imports.child import Order, paths_of
from zhibu_core.imports.engine import run_import
from zhibu_core.imports.lines import cells_lines, change_line, lines, total_line
from zhibu_core.logs import set_up_logs
from zhibu_core.settings import read_settings
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.limits import COMMAND

TELL_EVERY = 0.2


async def work(order: Order) -> None:
    """Runs the order; what a person did wrong becomes an `error` line, anything else ends the process."""
    async with running_platform(read_settings(), pool_size=2, limits=COMMAND) as platform:
        async with platform.database.system_session() as system:
            tenant = await find_tenant(system, order.tenant)
        async with platform.database.session(tenant.id) as session:
            scope = await platform.scopes.scope(session, tenant, order.person_id)
        outcome = await run_import(
            platform,
            scope,
            paths_of(order),
            dry_run=order.dry_run,
            all_or_nothing=order.all_or_nothing,
            corrections=order.corrections,
            run_id=order.run_id,
            progress=_Teller(),
        )
    for line in lines(outcome.reading, order.locale):
        _say(line)
    for line in cells_lines(outcome.reading) if order.cells else ():
        _say(line)
    for change in outcome.changes:
        _say(change_line(change))
    _say(total_line(outcome.counts, outcome.wrong, written=outcome.written))


class _Teller:
    """Passes progress on, but not more often than anybody looks."""

    def __init__(self) -> None:
        self._told = 0.0

    def __call__(self, what: str, share: float) -> None:
        if time.monotonic() - self._told >= TELL_EVERY:
            self._told = time.monotonic()
            _say({"type": "progress", "what": what, "share": share})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Reads the order and carries it out."""
    set_up_logs()
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    try:
        asyncio.run(work(order))
    except ZhibuError as error:
        _say({"type": "error", "code": error.code, "message": error.message, "field": error.field})


main()
