"""What writers of imports share: who is who, and set-wise comparing, inserting and updating with every change shown."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.crypto.fields import FieldCipher
from zhibu_core.imports.result import SheetResult
from zhibu_core.platform import Platform
from zhibu_core.tenancy.bulk import insert_rows, update_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of

Row = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A non-empty value that is replaced, in a row of a sheet; `column` is the profile's column key."""

    sheet: SheetResult
    row: int
    column: str
    old: Any
    new: Any


@dataclass
class Counts:
    """Rows of the import by what they do to the tenant's data."""

    new: int = 0
    changed: int = 0
    same: int = 0


@dataclass(frozen=True)
class Candidate:
    """A table row as the sheet wants it; `row` is the sheet's row number."""

    row: int
    values: Row


@dataclass
class Upserted:
    """What an upsert did: the rows as they are now in the order of the candidates, and which are new or changed."""

    rows: list[Row] = field(default_factory=list)
    ids: list[uuid.UUID] = field(default_factory=list)
    new: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)

    def take(self, row: Row) -> None:
        """The next candidate's row."""
        self.rows.append(row)
        self.ids.append(row["id"])


@dataclass
class Batch:
    """One import under way: a session, the sheet that is being written, what is counted and what is shown.

    Rows name people by `zhibu_core.imports.directory.Person`, whose `key` is the person's id once the roster is
    written, and organizations by code: `organizations` has their ids.
    """

    platform: Platform
    session: AsyncSession
    scope: Scope
    changes: list[Change] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    organizations: dict[str, uuid.UUID] = field(default_factory=dict)
    sheet: SheetResult = field(init=False)

    @property
    def today(self) -> dt.date:
        """The tenant's day."""
        return self.scope.today

    @property
    def tenant_id(self) -> uuid.UUID:
        """The tenant of the import."""
        return tenant_of(self.session)

    @cached_property
    def person_cipher(self) -> FieldCipher:
        """The cipher of a person's sealed fields."""
        return self.platform.keyring.cipher(self.tenant_id, "person.sealed")

    async def load_organizations(self) -> None:
        """Fills `organizations` (code → id)."""
        rows = await self.session.execute(
            text("select code, id from organization where tenant_id = :t"), {"t": self.tenant_id}
        )
        self.organizations = {row.code: row.id for row in rows}

    async def paths_of_organizations(self) -> dict[str, str]:
        """Code → path of all organizations."""
        query = text("select code, path from organization where tenant_id = :t")
        return {row.code: row.path for row in await self.session.execute(query, {"t": self.tenant_id})}

    async def upsert(
        self,
        table: Table,
        candidates: Sequence[Candidate],
        key: Sequence[str],
        *,
        columns: Mapping[str, str] | None = None,
        count: bool = True,
        existing: Iterable[Row] | None = None,
        complete: Callable[[int, uuid.UUID], Row] | None = None,
    ) -> Upserted:
        """Brings `table` to what the candidates say, matched by the columns of `key`.

        An empty new value never replaces a filled old one; a filled one that differs is shown as a `Change` under
        `columns` (table column → the profile's column key; table columns left out are replaced silently). `existing`
        gives the rows to compare with where the caller has read them; else all rows of the table are read. `complete`
        gives further columns of a new row from its place among the candidates and its id (sealed values need the id).
        """
        wanted = list(candidates[0].values) if candidates else []
        held = {
            tuple(row[name] for name in key): row
            for row in (existing if existing is not None else await self._held(table, wanted))
        }
        done = Upserted()
        fresh: list[Row] = []
        altered: list[Row] = []
        for place, candidate in enumerate(candidates):
            identity = tuple(candidate.values[name] for name in key)
            old = held.get(identity)
            if old is None:
                row = {"id": new_id(), **candidate.values}
                fresh.append(row | complete(place, row["id"]) if complete else row)
                held[identity] = row
                done.new.add(place)
                done.take(row)
                continue
            done.take(old)
            differing = {n: v for n, v in candidate.values.items() if v is not None and v != "" and v != old[n]}
            if differing:
                self._show(candidate, old, differing, columns or {})
                altered.append({**old, **differing})
                old.update(differing)
                done.changed.add(place)
        await insert_rows(self.session, table, fresh)
        await update_rows(self.session, table, altered, wanted)
        if count:
            self.count(len(candidates), done.new, done.changed)
        return done

    def show(self, row: int, column: str, old: Any, new: Any) -> None:
        """Notes that a filled value of the profile's column is replaced."""
        self.changes.append(Change(self.sheet, row, column, old, new))

    def _show(self, candidate: Candidate, old: Row, differing: Row, columns: Mapping[str, str]) -> None:
        for name, value in differing.items():
            if name in columns and old[name] not in (None, ""):
                self.show(candidate.row, columns[name], old[name], value)

    def count(self, total: int, new: set[int], changed: set[int]) -> None:
        """Counts `total` rows: each new, else changed, else the same."""
        self.counts.new += len(new)
        self.counts.changed += len(changed - new)
        self.counts.same += total - len(new | changed)

    async def _held(self, table: Table, names: Sequence[str]) -> list[Row]:
        query = select(table.c.id, *(table.c[name] for name in names)).where(table.c.tenant_id == self.tenant_id)
        return [dict(row._mapping) for row in await self.session.execute(query)]
