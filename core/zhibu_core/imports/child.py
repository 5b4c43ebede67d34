"""Runs an import in a child process, so that a service stays quick and small while spreadsheets are read."""

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from zhibu_core.errors import InvalidInput, Unavailable, ZhibuError
from zhibu_core.imports.corrections import Correction
from zhibu_core.settings import Settings
from zhibu_core.words import Words

Line = dict[str, Any]


class Order(msgspec.Struct, frozen=True):
    """What the child is to do; it goes to the child's standard input as JSON.

    `run_id` and `corrections` as in `zhibu_core.imports.engine.run_import`; with `cells` there is a line `cells`
    for each `wrong` one, with the whole row as text by heading, sensitive values covered.
    """

    tenant: str
    files: list[str]
    dry_run: bool = False
    all_or_nothing: bool = False
    person_id: uuid.UUID | None = None
    locale: str = "zh"
    run_id: uuid.UUID | None = None
    corrections: list[Correction] = []
    cells: bool = False


async def import_in_child(
    settings: Settings, order: Order, progress: Callable[[str, float], None] | None = None
) -> list[Line]:
    """The lines of `zhibu import --json`, the total last; `progress` is told what is done and the share, 0 to 1.

    Raises `InvalidInput` for a file that cannot be read, `Unavailable` where the child dies; then nothing is written.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "zhibu_core.imports.worker",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"ZHIBU_DATA": str(settings.data)},
        limit=8 * 1024 * 1024,
        start_new_session=True,
    )
    try:
        return await _follow(child, order, progress)
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
            await child.wait()


async def _follow(
    child: asyncio.subprocess.Process, order: Order, progress: Callable[[str, float], None] | None
) -> list[Line]:
    if child.stdin is None or child.stdout is None:
        raise Unavailable(
            "import_child",
            Words("导入进程没有启动。请稍后重试。", "The import process did not start. Try again later."),
        )
    child.stdin.write(msgspec.json.encode(order))
    child.stdin.close()
    found: list[Line] = []
    error: ZhibuError | None = None
    async for raw in child.stdout:
        line = msgspec.json.decode(raw, type=dict[str, Any])
        if line["type"] == "progress":
            if progress:
                progress(line["what"], line["share"])
        elif line["type"] == "error":
            error = InvalidInput(line["code"], Words(**line["message"]), field=line["field"])
        else:
            found.append(line)
    await child.wait()
    if error is not None:
        raise error
    if not found or found[-1]["type"] != "total":
        raise Unavailable(
            "import_child",
            Words(
                "导入进程意外结束，没有写入任何数据。请重试。",
                "The import process ended unexpectedly; nothing was written. Try again.",
            ),
        )
    return found


def paths_of(order: Order) -> Sequence[Path]:
    """The files of an order."""
    return [Path(file) for file in order.files]
