"""The reading and judging half of an import: files in, a verdict on every row out; nothing is written."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from zhibu_core.imports.corrections import Correction, of_sheet
from zhibu_core.imports.directory import Directory, Known
from zhibu_core.imports.formats.detect import open_file
from zhibu_core.imports.formats.sheet import Sheet
from zhibu_core.imports.judge import Judge
from zhibu_core.imports.layout import Finder
from zhibu_core.imports.profile import Profile, SheetKind
from zhibu_core.imports.result import Ignored, Reading
from zhibu_core.imports.table import Table, read_table
from zhibu_core.imports.tree import Tree
from zhibu_core.imports.unreadable import Unreadable, refuse_unreadable
from zhibu_core.words import Words

Progress = Callable[[str, float], None]
"""Told the file at hand and the share of the whole work done, 0 to 1."""

_READING_SHARE = 0.8


def read_files(
    paths: Sequence[Path],
    kinds: Sequence[SheetKind],
    known: Known,
    today: date,
    *,
    off: Sequence[SheetKind] = (),
    corrections: Sequence[Correction] = (),
    progress: Progress | None = None,
) -> Reading:
    """Reads and judges the files of one import; rows may rest on rows of any other file, whatever their order.

    `off` are kinds whose plugin is off: a sheet of theirs is refused by name. `corrections` are read instead of the
    cells they name. Raises `Unreadable` for a file that cannot be read, fits no profile, lacks a required column, or
    belongs to a plugin that is off; `UnreadableFiles` naming each where there are several.
    """
    reading = Reading()
    tables: list[Table] = []
    refused: list[Unreadable] = []
    reader = _Reader(kinds, off, today, corrections)
    sizes = [path.stat().st_size if path.exists() else 0 for path in paths]
    done = 0
    for path, size in zip(paths, sizes, strict=True):
        _tell(progress, path.name, _READING_SHARE * done / max(1, sum(sizes)))
        try:
            tables += reader.read(path, reading)
        except Unreadable as error:
            refused.append(error)
        done += size
    refuse_unreadable(refused)
    judge_tables(tables, known, today, reading, progress)
    return reading


def judge_tables(
    tables: Sequence[Table], known: Known, today: date, reading: Reading, progress: Progress | None = None
) -> None:
    """Judges tables in the order in which they rest on each other; the verdicts stand in the order of the files."""
    directory = Directory(known)
    trees = [table for table in tables if _stage(table.profile) == 0]
    tree = Tree(trees, directory.organizations)
    errors = {id(table): found for table, found in zip(trees, tree.errors, strict=True)}
    verdicts = {}
    rows, done = sum(len(table.rows) for table in tables), 0
    for table in sorted(tables, key=lambda table: _stage(table.profile)):
        _tell(progress, table.file, _READING_SHARE + (1 - _READING_SHARE) * done / max(1, rows))
        verdicts[id(table)] = Judge(table, directory, today, errors.get(id(table))).run()
        done += len(table.rows)
    reading.sheets += [verdicts[id(table)] for table in tables]


def _stage(profile: Profile) -> int:
    """0 for the tree, 1 for what rests on organizations alone, 2 for what names people or codes of other sheets."""
    refers = {column.refers for column in profile.columns}
    if "parent" in refers:
        return 0
    return 2 if refers - {"", "organization"} else 1


def _tell(progress: Progress | None, file: str, share: float) -> None:
    if progress:
        progress(file, share)


class _Reader:
    """Reads one file after the other into tables, keeping which sheets hold no data."""

    def __init__(
        self, kinds: Sequence[SheetKind], off: Sequence[SheetKind], today: date, corrections: Sequence[Correction]
    ) -> None:
        self.finder = Finder([*kinds, *off])
        self.off = {kind.profile.key for kind in off}
        self.today = today
        self.corrections = corrections

    def read(self, path: Path, reading: Reading) -> list[Table]:
        tables: list[Table] = []
        ignored: list[Ignored] = []
        for sheet in open_file(path).sheets:
            layout = self.finder.find(sheet) if sheet.visible else None
            if layout is None:
                ignored.append(Ignored(path.name, sheet.title, _reason(sheet)))
                continue
            if layout.kind.profile.key in self.off:
                title = layout.kind.profile.title
                raise Unreadable(
                    "plugin_off",
                    path.name,
                    Words(
                        f"“{title}”所属的功能没有启用。请先启用，或不选这个文件。",
                        f"“{title}” belongs to a plugin that is off. Enable it, or leave this file out.",
                    ),
                )
            title = sheet.title or layout.kind.profile.title
            corrected = of_sheet(self.corrections, path.name, title)
            tables.append(read_table(path.name, sheet, layout, self.today, corrected))
        if not tables:
            raise Unreadable("file_no_profile", path.name, _nothing_fits(ignored))
        reading.ignored += ignored
        return tables


def _reason(sheet: Sheet) -> str:
    if not sheet.visible:
        return "hidden"
    filled = [cell for row in sheet.rows for cell in row if cell != ""]
    if not filled:
        return "empty"
    width = max(sum(1 for cell in row if cell != "") for row in sheet.rows)
    return "instructions" if width <= 2 and all(isinstance(cell, str) for cell in filled) else "no_profile"


def _nothing_fits(ignored: Iterable[Ignored]) -> Words:
    reasons = {sheet.reason for sheet in ignored}
    if reasons and reasons <= {"hidden", "empty"} and "hidden" in reasons:
        return Words(
            "有内容的工作表都被隐藏。请取消隐藏后重试。",
            "all sheets that hold something are hidden. Unhide them and try again.",
        )
    return Words(
        "认不出是哪一种表：没有找到熟悉的列名。请核对表头，或用模板中的列名。",
        "it fits no known table: no heading is known. Check the headings, or use those of the template.",
    )
