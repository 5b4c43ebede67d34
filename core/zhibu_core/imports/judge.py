"""Judges the rows of a table: repeats, then one error a row in the canonical order of the columns."""

from datetime import date
from typing import Any

from zhibu_core.imports import compare, references
from zhibu_core.imports.compare import Check
from zhibu_core.imports.directory import Directory
from zhibu_core.imports.profile import Column, Profile
from zhibu_core.imports.registration import number_check, registrar
from zhibu_core.imports.result import Repeat, Row, RowFinding, SheetResult, Wrong
from zhibu_core.imports.table import Table, Values
from zhibu_core.imports.tree import Errors
from zhibu_core.imports.values import Bad, show


class Judge:
    """Holds the rows of one table against each other, the directory, and the rules of their kind."""

    def __init__(self, table: Table, directory: Directory, today: date, errors: Errors | None = None) -> None:
        self.table = table
        self.today = today
        self.errors = errors or {}
        self.register = registrar(table.profile, directory)
        self._claims: dict[str, set[Any]] = {column.key: set() for column in table.profile.columns if column.unique}
        self._checks = self._make_checks(table.profile, directory)
        self._checked = [at for at, checks in enumerate(self._checks) if checks]

    def run(self) -> SheetResult:
        """The verdict on every row, in order; good rows become known to the directory at once."""
        table = self.table
        result = SheetResult(
            table.file,
            table.sheet,
            table.profile,
            table.header_rows,
            len(table.rows),
            len(table.hidden),
            len(table.skipped),
        )
        seen: dict[Values, int] = {}
        refused: set[int] = set()
        for place, row in enumerate(table.rows):
            first = seen.setdefault(row, place)
            # What only reads alike repeats a good row; a refused row is repeated by an exact copy of its cells alone.
            if first != place and (first not in refused or table.prints[first] == table.prints[place]):
                result.repeats.append(Repeat(table.numbers[place], table.numbers[first]))
                continue
            values = list(row)
            wrong = self._first_error(place, values)
            if wrong:
                refused.add(place)
                result.wrong.append(self._wrong(place, *wrong))
            else:
                self._take(place, values, result)
        return result

    def _take(self, place: int, values: list[Any], result: SheetResult) -> None:
        for key, claimed in self._claims.items():
            claimed.add(values[self.table.profile.index[key]])
        row = Row(self.table.profile, self.table.numbers[place], tuple(values))
        result.good.append(row)
        subject = self.register(row)
        if subject is not None:
            result.subjects.append(subject)
        if self.table.kind.findings:
            found = self.table.kind.findings(row.values, self.today)
            result.findings += [RowFinding(row.number, finding) for finding in found]

    def _first_error(self, place: int, values: list[Any]) -> tuple[Column, Bad] | None:
        known_key, known = self.errors.get(place, ("", None))
        columns = self.table.profile.columns
        # Most rows hold nothing refused: then only columns with checks of their own are looked at.
        looked_at = range(len(columns)) if known or Bad in map(type, values) else self._checked
        for at in looked_at:
            column, value = columns[at], values[at]
            if type(value) is Bad:
                return column, value
            if known is not None and column.key == known_key:
                return column, known
            if value is not None:
                for check in self._checks[at]:
                    if bad := check(values):
                        return column, bad
        return None

    def _make_checks(self, profile: Profile, directory: Directory) -> list[list[Check]]:
        """For every column: whom it refers to, whether it must be unique, and comparisons that belong to it."""
        checks: list[list[Check]] = []
        for column in profile.columns:
            own = []
            if follow := references.check_of(profile, column, directory):
                own.append(follow)
            if column.unique:
                own.append(self._unique(column))
            if column.key == "number" and (held := number_check(profile, directory)):
                own.append(held)
            own += [compare.check_of(profile, said) for said in profile.comparisons if said.column == column.key]
            checks.append(own)
        return checks

    def _unique(self, column: Column) -> Check:
        claimed, place = self._claims[column.key], self.table.profile.index[column.key]
        return lambda values: Bad(column.unique, str(values[place])) if values[place] in claimed else None

    def _wrong(self, place: int, column: Column, bad: Bad) -> Wrong:
        cells = {
            column.key: show(value, column)
            for column, value in zip(self.table.profile.columns, self.table.rows[place], strict=True)
        }
        heading = self.table.headings.get(column.key, column.heading)
        return Wrong(self.table.numbers[place], column, heading, bad.code, bad.shown, cells)
