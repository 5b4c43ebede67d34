"""Runs an import: read and judge, then compare and write in one transaction, or undo it all for a preview."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from zhibu_core.audit import note
from zhibu_core.crypto.fields import fingerprint
from zhibu_core.database.statistics import renew_statistics
from zhibu_core.imports.contract import Importer
from zhibu_core.imports.corrections import Correction
from zhibu_core.imports.profile import SheetKind, load_profile, sheet_kinds
from zhibu_core.imports.reading import read_files
from zhibu_core.imports.result import Reading
from zhibu_core.imports.tenant_knows import known_to
from zhibu_core.imports.writing import Batch, Change, Counts
from zhibu_core.organization.importers import core_importers
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.limits import COMMAND
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.scope import Scope

Progress = Callable[[str, float], None]
"""Told what is being done and the share of the whole, 0 to 1."""
READING = 0.5
MANY = 500
"""Rows from which on the planner is told; it otherwise takes a table that was empty a minute ago for empty still."""


class ImportRun(TenantOwned):
    """One import: which files by name and hash, and what it did."""

    __tablename__ = "import_run"

    file_names: Mapped[list[str]]
    file_hashes: Mapped[list[str]]
    state: Mapped[str]
    counts: Mapped[dict[str, Any]]
    preview: Mapped[dict[str, Any] | None]
    started_by: Mapped[uuid.UUID | None]
    started_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]


@dataclass
class Outcome:
    """What an import found and did. `written` is how many rows were written, None where nothing was."""

    reading: Reading
    counts: Counts = field(default_factory=Counts)
    changes: list[Change] = field(default_factory=list)
    written: bool = False

    @property
    def wrong(self) -> int:
        """How many rows were refused."""
        return self.reading.refused


class _Undo(Exception):
    """Ends the transaction of a preview."""


def importers_for(platform: Platform, plugins: frozenset[str]) -> list[Importer]:
    """Core's importers and those of these plugins, in the order of writing."""
    platform.host.check_parts(only=("importers",))
    found = core_importers() + [importer for _, importer in platform.host.collect("importers", plugins)]
    return sorted(found, key=lambda importer: importer.order)


async def run_import(
    platform: Platform,
    scope: Scope,
    paths: Sequence[Path],
    *,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    corrections: Sequence[Correction] = (),
    run_id: uuid.UUID | None = None,
    progress: Progress | None = None,
) -> Outcome:
    """Imports the files as one: all good rows in one transaction, refused rows not at all.

    `corrections` are read instead of the cells they name. `run_id` names the run that is already noted (a page's own);
    otherwise a new one is.

    With `all_or_nothing` one refused row keeps everything out; with `dry_run` nothing is written. Raises
    `zhibu_core.imports.unreadable.Unreadable` for a file that cannot be read, before anything is written.
    """
    tell = progress or (lambda _what, _share: None)
    importers = importers_for(platform, scope.plugins)
    cipher = platform.keyring.cipher(scope.tenant.id, "person.sealed")
    async with platform.database.session(scope.tenant.id, limits=COMMAND) as session:
        known = await known_to(session, cipher, importers)
    reading = read_files(
        paths,
        sheet_kinds(importers),
        known,
        scope.today,
        off=_switched_off(platform, scope),
        corrections=corrections,
        progress=lambda file, share: tell(file, share * READING),
    )
    outcome = Outcome(reading)
    if all_or_nothing and reading.refused:
        return outcome
    try:
        async with platform.database.session(scope.tenant.id, limits=COMMAND) as session:
            await _write(platform, session, scope, importers, outcome, paths, tell, run_id)
            if dry_run:
                raise _Undo
    except _Undo:
        return outcome
    outcome.written = True
    if platform.owner_url and outcome.counts.new + outcome.counts.changed > MANY:
        await renew_statistics(platform.owner_url)
    return outcome


async def _write(
    platform: Platform,
    session: AsyncSession,
    scope: Scope,
    importers: Sequence[Importer],
    outcome: Outcome,
    paths: Sequence[Path],
    tell: Progress,
    run_id: uuid.UUID | None,
) -> None:
    batch = Batch(platform, session, scope, outcome.changes, outcome.counts)
    await batch.load_organizations()
    total, done = sum(len(sheet.good) for sheet in outcome.reading.sheets) or 1, 0
    for importer in importers:
        for sheet in outcome.reading.of(load_profile(importer.profile).key):
            tell(sheet.sheet, READING + (1 - READING) * done / total)
            batch.sheet = sheet
            await importer.write(batch, sheet.good)
            done += len(sheet.good)
            sheet.good.clear()  # written: their memory is worth more than they are
    tell("", 1.0)
    await _register(session, scope, outcome, paths, run_id)


async def _register(
    session: AsyncSession, scope: Scope, outcome: Outcome, paths: Sequence[Path], run_id: uuid.UUID | None
) -> None:
    counts = outcome.counts
    now = dt.datetime.now(dt.UTC)
    run = await session.scalar(select(ImportRun).where(ImportRun.id == run_id)) if run_id else None
    if run is None:
        run = ImportRun(
            id=new_id(),
            file_names=[path.name for path in paths],
            file_hashes=[fingerprint(path.read_bytes()) for path in paths],
            started_by=scope.actor.person_id if scope.actor else None,
            started_at=now,
        )
        session.add(run)
    run.state = "written"
    run.counts = {"new": counts.new, "changed": counts.changed, "same": counts.same, "wrong": outcome.wrong}
    run.finished_at = now
    await session.flush()
    await note(session, scope, "import.run", "import_run", run.id, fields=run.file_hashes)
    await publish(session, "import.written", "import_run", run.id)


def _switched_off(platform: Platform, scope: Scope) -> list[SheetKind]:
    every = platform.host.collect("importers")
    return sheet_kinds([importer for plugin, importer in every if plugin not in scope.plugins])
