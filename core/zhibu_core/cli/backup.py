"""`zhibu backup` and `zhibu restore`: copies of the embedded database, and the way back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhibu_core.cli.loop import run
from zhibu_core.settings import Settings, read_settings

if TYPE_CHECKING:
    from zhibu_core.backup.manifest import Manifest
    from zhibu_core.backup.restoring import Restored

LEFT = 3


@click.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write; it must not exist.")
def backup(out: Path) -> None:
    """Copy the embedded database into a folder: one snapshot by pg_dump, its row counts and SHA-256 beside it.

    Sealed files of ZHIBU_DATA/files are copied too; those in a bucket are not. Nothing is stopped meanwhile.

    Keys (ZHIBU_DATA/keys) and the audit's anchors are NOT in it, on purpose: whoever
    holds the copy alone reads nothing that is sealed. Copy both folders to another place, never beside the backup. Names and
    records that are not sealed stand in it in the open: keep it encrypted.

    Exit codes: 0 written; 1 pg_dump or the disk failed, nothing is left; 2 refused: something exists at --out, or the
    database is that of ZHIBU_DATABASE_URL; 64 wrong usage.
    """
    from zhibu_core.backup.taking import take_backup

    settings = read_settings()
    try:
        made = run(take_backup(settings, out.absolute()))
    except OSError as error:
        raise click.ClickException(f"{error.filename or out}: {error.strerror}") from None
    click.echo(f"{out}: {len(made.tables)} tables, {made.rows} rows, {made.size} bytes, sha256 {made.sha256}")
    click.echo(_files_said(settings, made))
    click.echo(_keys_apart(settings), err=True)


@click.command()
@click.argument("source", metavar="FROM", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace the database that is there; it is laid aside, not deleted.")
def restore(source: Path, yes: bool) -> None:
    """Restore the backup FROM as the embedded database of ZHIBU_DATA, which must hold none unless --yes is given.

    It is restored beside it first; it takes its place once the rows are those of the manifest and the catalog audit
    finds nothing. The audit of every tenant is verified at the end, with the keys and anchors of ZHIBU_DATA, which a backup does
    not hold: put them back before. A tenant that was erased since the backup stays closed; erase it again.

    Exit codes: 0 restored and nothing is wrong; 1 it could not be restored, nothing was changed; 2 refused, nothing was
    changed (a database is there or in use, a faulty or newer backup, ZHIBU_DATABASE_URL); 3 restored, but something that is named waits
    for somebody, such as seals made since the backup (zhibu audit resume); 64 wrong usage.
    """
    from zhibu_core.backup.restoring import restore_backup

    try:
        found = run(restore_backup(read_settings(), source.absolute(), replacing=yes))
    except OSError as error:
        raise click.ClickException(f"{error.filename or source}: {error.strerror}") from None
    for line in _lines(found):
        click.echo(line)
    if not found.is_whole:
        raise SystemExit(LEFT)


def _lines(found: "Restored") -> list[str]:
    from zhibu_core.cli.auditing import words_of

    made = found.manifest
    lines = [
        f"restored: {len(made.tables)} tables, {made.rows} rows, {made.files} files, "
        f"as in the manifest of {made.made_at:%Y-%m-%d %H:%M} UTC",
        "catalog audit: no findings",
        *(f"audit\t{slug}\t{words_of(report)}" for slug, report in found.reports.items()),
    ]
    if found.kept:
        lines.append(f"the database before: {found.kept}")
    lines += [
        f"{slug}: seals made since the backup are missing; if nothing else was done to it: "
        f"zhibu audit resume --tenant {slug} --reason …"
        for slug, report in found.reports.items()
        if report.problem and report.problem.kind == "seal_missing"
    ]
    lines += [f"{slug}: its keys are not in the folder of keys; put them back" for slug in found.keyless]
    return lines + [
        f"{slug}: erased since the backup, its keys are destroyed; closed. zhibu tenant erase {slug} --certificate FILE"
        for slug in found.erased
    ]


def _files_said(settings: Settings, made: "Manifest") -> str:
    if settings.storage.bucket is None:
        return f"files: {made.files} sealed objects, {made.file_bytes} bytes"
    return f"files: NOT in it, they lie in the bucket {settings.storage.bucket}; copy it too (docs/howto/operate.md)"


def _keys_apart(settings: Settings) -> str:
    return (
        f"not in it: the keys in {settings.keys}, the audit's anchors in {settings.anchors}. "
        "Copy each to another place than this backup; without the keys nothing sealed in it can be read."
    )
