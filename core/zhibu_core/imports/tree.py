"""Judges the rows of the organization tree together: codes held twice, parents that are missing, circles."""

from collections.abc import Sequence

from zhibu_core.imports.directory import Organizations
from zhibu_core.imports.table import Table, Values
from zhibu_core.imports.values import Bad

Errors = dict[int, tuple[str, Bad]]
"""Row index → the key of the column and what is wrong there."""


class Tree:
    """The organization tables of one import; a refused row holds no code and is nobody's parent."""

    def __init__(self, tables: Sequence[Table], known: Organizations) -> None:
        self.tables = tables
        self.known = known
        self.errors: list[Errors] = [{} for _ in tables]
        self.holders: list[dict[str, int]] = [{} for _ in tables]
        if tables:
            index = tables[0].profile.index
            self._code, self._parent, self._parent_name = index["code"], index["parent_code"], index["parent_name"]
            self._name, self._short = index["name"], index["short_name"]
            self._settle()

    def _settle(self) -> None:
        """Lets refused rows go until nothing changes: each may have been another's parent, or hidden another's code."""
        while True:
            self._hold()
            parents, names = self._parents()
            wrong = [
                (table, row, bad)
                for table, holders in enumerate(self.holders)
                for row in holders.values()
                if (bad := self._wrong_parent(self.tables[table].rows[row], parents, names))
            ]
            for table, row, bad in wrong:
                self.errors[table][row] = ("parent_code", bad)
            if not wrong:
                break
        for table in range(len(self.tables)):
            self._duplicates(table)

    def _hold(self) -> None:
        for table, errors, holders in zip(self.tables, self.errors, self.holders, strict=True):
            holders.clear()
            refused = {table.rows[row] for row in errors}
            for number, row in enumerate(table.rows):
                if row in refused:
                    errors.setdefault(number, next(errors[n] for n in errors if table.rows[n] == row))
                elif not any(isinstance(value, Bad) for value in row):
                    holders.setdefault(row[self._code], number)

    def _parents(self) -> tuple[dict[str, str], dict[str, str]]:
        """Parent by code, and code by name, of everything that stands."""
        parents = dict(self.known.parents)
        names: dict[str, str] = {}
        rows = [
            table.rows[n] for table, holders in zip(self.tables, self.holders, strict=True) for n in holders.values()
        ]
        for row in rows:
            names[row[self._name]] = row[self._code]
        for row in rows:
            parents[row[self._code]] = self._parent_code(row, names) or ""
        return parents, names

    def _parent_code(self, row: Values, names: dict[str, str]) -> str | None:
        if row[self._parent] is not None:
            return str(row[self._parent])
        name = row[self._parent_name]
        return None if name is None else names.get(name) or self.known.code(name) or str(name)

    def _wrong_parent(self, row: Values, parents: dict[str, str], names: dict[str, str]) -> Bad | None:
        parent = self._parent_code(row, names)
        if not parent:
            return None
        if parent not in parents:
            return Bad("parent_unknown", parent)
        return Bad("parent_cycle", parent) if _on_circle(row[self._code], parents) else None

    def _duplicates(self, table: int) -> None:
        holders, errors = self.holders[table], self.errors[table]
        for number, row in enumerate(self.tables[table].rows):
            code = row[self._code]
            if not isinstance(code, Bad) and holders.get(code, number) < number:
                errors[number] = ("code", Bad("code_duplicate", code))


def _on_circle(code: str, parents: dict[str, str]) -> bool:
    """Whether going up from an organization leads back to it."""
    seen = {code}
    above = parents.get(code, "")
    while above and above not in seen:
        seen.add(above)
        above = parents.get(above, "")
    return above == code
