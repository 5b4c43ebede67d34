"""`zhibu import`: spreadsheets into a tenant, with a verdict on every row."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import platform, tenant_of_slug
from zhibu_core.imports.engine import Outcome, Progress, run_import
from zhibu_core.imports.lines import change_line, lines, total_line

ROWS_REFUSED = 3


@click.command("import")
@click.option("--tenant", "slug", required=True)
@click.option("--dry-run", is_flag=True, help="Say what would change and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines on standard output.")
@click.option("--all-or-nothing", is_flag=True, help="Write nothing at all where a row is refused.")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
def import_files(slug: str, dry_run: bool, as_json: bool, all_or_nothing: bool, files: tuple[Path, ...]) -> None:
    """Import spreadsheets (.xlsx, .xls, .csv) as one: all good rows in one transaction.

    Exit codes: 0 clean; 2 a file cannot be read, fits nothing known, or its plugin is off (nothing is written); 3 rows
    were refused (the good ones are written, with --all-or-nothing none); 64 wrong usage.
    """

    async def work() -> Outcome:
        async with platform() as running:
            tenant = await tenant_of_slug(running, slug)
            async with running.database.session(tenant.id) as session:
                scope = await running.scopes.scope(session, tenant, None, client="command")
            with progress_bar() as progress:
                return await run_import(
                    running, scope, files, dry_run=dry_run, all_or_nothing=all_or_nothing, progress=progress
                )

    outcome = run(work())
    written = outcome.written
    for line in _all_lines(outcome, written):
        if as_json:
            click.echo(json.dumps(line, ensure_ascii=False, default=str))
        elif text := _words(line):
            click.echo(text)
    if outcome.wrong:
        raise SystemExit(ROWS_REFUSED)


class progress_bar:  # noqa: N801 reads as a function where it is used
    """A progress bar on standard error where that is a terminal; otherwise silence."""

    def __enter__(self) -> Progress:
        """The callback to tell."""
        if not sys.stderr.isatty():
            self._bar = None
            return lambda _what, _share: None
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), console=Console(stderr=True)
        )
        self._bar.start()
        task = self._bar.add_task("", total=1.0)
        bar = self._bar
        return lambda what, share: bar.update(task, description=what, completed=share)

    def __exit__(self, *_: object) -> None:
        """Leaves the terminal as it was."""
        if self._bar is not None:
            self._bar.stop()


def _all_lines(outcome: Outcome, written: bool) -> Iterator[dict[str, Any]]:
    yield from lines(outcome.reading)
    for change in outcome.changes:
        yield change_line(change)
    yield total_line(outcome.counts, outcome.wrong, written=written)


def _words(line: dict[str, Any]) -> str | None:
    where = f"{line.get('file', '')} / {line.get('sheet', '')}"
    match line["type"]:
        case "sheet":
            return f"{where}：{line['rows']} 行，可用 {line['good']}，有误 {line['wrong']}，重复 {line['repeats']}"
        case "ignored":
            return f"{where}：未读取。{line['reason']}"
        case "wrong":
            return f"{where}：{line['message']}"
        case "finding":
            return f"{where}：第{line['row']}行 {line['code']} {line['message']}"
        case "change":
            return f"{where}：第{line['row']}行“{line['column']}”：原 {line['old']}，现 {line['new']}"
        case "total":
            done = "已写入" if line["written"] else "未写入"
            return f"{done}：新增 {line['new']}，变更 {line['changed']}，相同 {line['same']}，有误 {line['wrong']}"
    return None
