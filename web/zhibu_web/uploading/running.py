"""Checks and writes imports in the background; the run's row says how far it is, the child process does the work."""

import asyncio
import contextlib
import datetime as dt
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from zhibu_core.crypto.fields import fingerprint
from zhibu_core.errors import ZhibuError
from zhibu_core.imports.child import Order, import_in_child
from zhibu_core.imports.engine import ImportRun
from zhibu_core.platform import Platform
from zhibu_core.tenancy.changes import tell
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.uploading.files import KEPT_SECONDS, Folder, Upload
from zhibu_web.uploading.preview import gathered, kept_after_writing

log = structlog.get_logger()
INTERRUPTED = dt.timedelta(minutes=10)
TELL_EVERY = 1.0
ENDED = Words(
    "导入进程意外结束，没有写入任何数据。请重试。",
    "The import process ended unexpectedly; nothing was written. Try again.",
)


@dataclass
class Live:
    """A run at work in this process: what is being done and the share of the whole, 0 to 1."""

    what: str = ""
    share: float = 0.0
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)
    told: float = 0.0
    telling: "asyncio.Task[None] | None" = field(default=None, repr=False)


_live: dict[uuid.UUID, Live] = {}


def progress_of(run: uuid.UUID) -> Live | None:
    """How far a run is, None where it is not at work in this process."""
    return _live.get(run)


async def begin(platform: Platform, scope: Scope, files: list[Upload], locale: str) -> uuid.UUID:
    """Keeps the files, notes the run and starts the check; returns the run's id."""
    run_id = new_id()
    folder = Folder.of(platform.settings, scope.tenant.id, run_id)
    await asyncio.to_thread(folder.keep, files)
    run = ImportRun(
        id=run_id,
        file_names=[one.name for one in files],
        file_hashes=[fingerprint(one.content) for one in files],
        state="checking",
        counts={},
        started_by=scope.person(),
        started_at=dt.datetime.now(dt.UTC),
    )
    async with platform.database.session(scope.tenant.id) as session:
        session.add(run)
    asyncio.get_running_loop().call_later(KEPT_SECONDS, folder.discard)
    start_check(platform, scope, run_id, run.file_names, locale)
    return run_id


async def claim(platform: Platform, scope: Scope, run_id: uuid.UUID, before: str, after: str) -> bool:
    """Moves a run from one state to another, for one caller only; committed when it returns."""
    query = update(ImportRun).where(ImportRun.id == run_id, ImportRun.state == before).values(state=after)
    async with platform.database.session(scope.tenant.id) as session:
        done = await session.execute(query.execution_options(synchronize_session=False))
    return bool(getattr(done, "rowcount", 0))


def start_check(platform: Platform, scope: Scope, run_id: uuid.UUID, names: list[str], locale: str) -> None:
    """Checks in the background; the run is then `checked`, or `failed` with the reason."""
    _start(platform, scope, run_id, names, locale, dry_run=True)


def start_writing(platform: Platform, scope: Scope, run_id: uuid.UUID, names: list[str], locale: str) -> None:
    """Writes in the background; the run becomes `written` in the very transaction of the data."""
    _start(platform, scope, run_id, names, locale, dry_run=False)


def _start(
    platform: Platform, scope: Scope, run_id: uuid.UUID, names: list[str], locale: str, *, dry_run: bool
) -> None:
    live = Live()
    _live[run_id] = live
    live.task = asyncio.create_task(_work(platform, scope, run_id, names, locale, live, dry_run=dry_run))


async def _work(
    platform: Platform, scope: Scope, run_id: uuid.UUID, names: list[str], locale: str, live: Live, *, dry_run: bool
) -> None:
    folder = Folder.of(platform.settings, scope.tenant.id, run_id)
    begun = time.monotonic()

    def progress(what: str, share: float) -> None:
        live.what, live.share = what, share
        if time.monotonic() - live.told > TELL_EVERY and (live.telling is None or live.telling.done()):
            live.told = time.monotonic()
            live.telling = asyncio.create_task(_tell(platform, scope, run_id, what, share))

    try:
        order = Order(
            tenant=scope.tenant.slug,
            files=await asyncio.to_thread(folder.files, names),
            dry_run=dry_run,
            person_id=scope.person(),
            locale=locale,
            run_id=None if dry_run else run_id,
            corrections=await asyncio.to_thread(folder.corrections),
            cells=True,
        )
        try:
            lines = await import_in_child(platform.settings, order, progress)
        finally:
            if live.telling is not None:
                await live.telling
    except ZhibuError as error:
        await _note(platform, scope, run_id, state="failed", preview={"error": error.message.of(locale)})
    except Exception:  # whatever happens to the child, the page must say that nothing was written
        log.exception("import_failed", run=str(run_id))
        await _note(platform, scope, run_id, state="failed", preview={"error": ENDED.of(locale)})
    else:
        await _finish(platform, scope, run_id, folder, gathered(lines, time.monotonic() - begun), lines[-1], dry_run)
    finally:
        _live.pop(run_id, None)


async def _finish(
    platform: Platform,
    scope: Scope,
    run_id: uuid.UUID,
    folder: Folder,
    preview: dict[str, Any],
    total: dict[str, Any],
    dry_run: bool,
) -> None:
    counts = {key: total[key] for key in ("new", "changed", "same", "wrong")}
    if dry_run:
        await _note(platform, scope, run_id, state="checked", counts=counts, preview=preview)
        return
    await _note(platform, scope, run_id, counts=counts, preview=kept_after_writing(preview))
    await asyncio.to_thread(folder.discard)


async def _tell(platform: Platform, scope: Scope, run_id: uuid.UUID, what: str, share: float) -> None:
    """Keeps the step under way in the run's row, for whoever watches from another process; a lost one does no harm."""
    with contextlib.suppress(DBAPIError):
        await _note(platform, scope, run_id, preview={"doing": what, "share": round(share, 3)})


async def _note(platform: Platform, scope: Scope, run_id: uuid.UUID, **values: Any) -> None:
    query = update(ImportRun).where(ImportRun.id == run_id).values(**values)
    async with platform.database.session(scope.tenant.id) as session:
        await session.execute(query.execution_options(synchronize_session=False))
        await tell(session, "import.progress", "import_run", run_id)
