"""`python -m zhibu_testing.crossing.carrying`: forks a process for every order on its input, which carries what waits between the
tenants that the order names, and halts where the order says, for somebody to kill it there.

An order is a line of JSON: `tenants` (slugs), and to halt `stop` (one of `STOPS`) and `kind` (of letter; or slug and topic). What is
forked says its number, then `halted`, or `done`; how it ended is said last: `ended` and the status (negative: a signal).
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import zhibu_core.app  # noqa: F401  so that what is forked has everything loaded
from zhibu_core.boot import running_platform
from zhibu_core.cli.running import tenant_of_slug
from zhibu_core.jobs import Dispatcher
from zhibu_core.logs import set_up_logs
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import read_settings
from zhibu_core.spaces import courier, lane
from zhibu_testing.delivering import deliver

Work = Callable[..., Awaitable[Any]]
Is = Callable[[Sequence[Any], str], bool]


def _in_bag(given: Sequence[Any], kind: str) -> bool:
    return any(letter.kind == kind for letter in given[1].letters)


def _among(given: Sequence[Any], kind: str) -> bool:
    return any(letter.kind == kind for letter in given[4])


def _told(given: Sequence[Any], kind: str) -> bool:
    return bool(given[1] == "partnership" and kind == f"{given[3].tenant.slug} {given[2].topic}")


def _any(given: Sequence[Any], kind: str) -> bool:
    del given, kind
    return True


STOPS: dict[str, tuple[Any, str, bool, Is]] = {
    "taken": (courier, "_handed_over", False, _in_bag),
    "files brought": (courier, "_bring_files", True, _in_bag),
    "written": (courier, "receive", True, _among),
    "received": (courier, "_handed_over", True, _in_bag),
    "settled": (courier, "_settle", True, _in_bag),
    "erasing": (lane, "erase_space", False, _any),
    "erased": (lane, "erase_space", True, _any),
    "telling": (lane, "tell_reads", False, _any),
    "told": (lane, "tell_reads", True, _any),
    "heard": (Dispatcher, "_tell", True, _told),
}
"""Where: what is halted, before or after it did its work, and for which. "written" has not committed yet; after "erased",
"told" and "heard" the work is committed, and the outbox has not heard of it."""


def _halt_at(stop: str, kind: str) -> None:
    place, name, is_after, concerns = STOPS[stop]
    work: Work = getattr(place, name)

    async def halting(*given: Any, **more: Any) -> Any:
        found = await work(*given, **more) if is_after else None
        if concerns(given, kind):
            _say("halted")
            await asyncio.Event().wait()
        return found if is_after else await work(*given, **more)

    setattr(place, name, halting)


async def _carry(slugs: Sequence[str], host: PluginHost) -> None:
    async with running_platform(read_settings(), host=host, keep=True, pool_size=2) as platform:
        await deliver(platform, *[await tenant_of_slug(platform, slug) for slug in slugs], at_once=True)


def _say(*words: object) -> None:
    print(*words, flush=True)


def _obey(order: dict[str, Any], host: PluginHost) -> None:
    if "stop" in order:
        _halt_at(order["stop"], order["kind"])
    asyncio.run(_carry(order["tenants"], host))
    _say("done")


def main() -> None:
    """Reads orders until its input ends."""
    set_up_logs()
    host = PluginHost.discover()
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            code = 1
            try:
                _obey(json.loads(line), host)
                code = 0
            finally:
                os._exit(code)
        _say("begun", child)
        _say("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()
