"""What an event's record touches: which branches, which parts of their scores, in which periods."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.books import LAYERS
from zhibu_capability.measure.spans import Span
from zhibu_capability.score import Branch
from zhibu_capability.scoring import branch_of
from zhibu_capability.stored import SHELVES, Shelf, shelves_in
from zhibu_core.ledger.duties import Reach
from zhibu_core.ledger.duties.reach import IN_REACH
from zhibu_core.organization.kinds import BRANCH_TYPES
from zhibu_core.periods import Period
from zhibu_core.plugins.events import Event
from zhibu_core.tenancy.direct import Named, direct
from zhibu_core.tenancy.session import tenant_of

WAIVER = "duty_waiver"
_COLUMNS = "o.id, o.code, o.name, o.type, o.path, o.founded_on, o.abolished_on, o.kind as org_kind"


def _beside(touched: str) -> TextClause:
    """The statement that finds what is touched, and beside it what is stored of it and the tenant's layers."""
    return text(f"with b as materialized ({touched}) select b.*, s.*, {LAYERS} from b {SHELVES}")  # noqa: S608


_RECORD = _beside(
    f"""select {_COLUMNS}, f.kind, min(f.happened_on) as first_on, max(f.happened_on) as last_on, min(f.until_on) as until_first,
      max(f.until_on) as until_last, bool_or(f.mark is not null) as marked, bool_or(f.grp is not null) as grouped
    from fact f join organization o on o.tenant_id = f.tenant_id and o.id = f.organization_id
      left join fact_end e on e.tenant_id = f.tenant_id and e.fact_id = f.id
    where f.tenant_id = :t and f.record_id = :record and (f.written_at = :instant or e.ended_at = :instant)
    group by o.tenant_id, o.id, f.kind"""  # noqa: S608
)
_WAIVED = _beside(
    f"""select {_COLUMNS} from duty_waiver w join organization o on o.tenant_id = w.tenant_id and o.id = w.organization_id
    where w.tenant_id = :t and w.id = :record"""  # noqa: S608
)
_BELOW = _beside(f"select {_COLUMNS} from organization o where {IN_REACH}")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Days:
    """The facts of one kind of the record: their days, their `until_on`, whether any has a mark or a group."""

    kind: str
    first: dt.date
    last: dt.date
    until_first: dt.date | None = None
    until_last: dt.date | None = None
    marked: bool = False
    grouped: bool = False


@dataclass(frozen=True)
class Touched:
    """Branches with their stored scores, what of them, and the tenant's own layers; `waived`: windows of every period."""

    branches: dict[uuid.UUID, Branch]
    shelves: dict[Period, Shelf]
    layers: str | None = None
    kinds: tuple[Days, ...] = ()
    waived: bool = False

    def parts(self, span: Span) -> set[str]:
        """The parts of a period's score that are touched."""
        found = {part for days in self.kinds for part in _parts(days, span)}
        return found | {"windows"} if self.waived else found


async def touched_by(session: AsyncSession, event: Event) -> Touched:
    """What those facts of an event's record are about that were written or ended with it; nothing where there are none."""
    if event.object_id is None:
        return _touched([])
    parameters = {"t": tenant_of(session), "record": event.object_id}
    if event.object_type == WAIVER:
        return _touched(await direct(session, _WAIVED, parameters), waived=True)
    rows = await direct(session, _RECORD, parameters | {"instant": event.written_at})
    kinds = tuple({_days(row): None for row in rows})
    if any(days.kind == "course_required" for days in kinds):  # asked of everybody below
        below = [await direct(session, _BELOW, _reach(session, path)) for path in sorted({row.path for row in rows})]
        rows = [row for found in below for row in found]
    return _touched(rows, kinds)


def _touched(rows: Sequence[Named], kinds: tuple[Days, ...] = (), *, waived: bool = False) -> Touched:
    """Rows of `_beside`: one for each branch, kind and stored period."""
    branches = {row.id: branch_of(row) for row in rows if row.org_kind in BRANCH_TYPES}
    return Touched(branches, shelves_in(rows), rows[0].layers if rows else None, kinds, waived)


def _days(row: Named) -> Days:
    return Days(
        row.kind, row.first_on, row.last_on, row.until_first, row.until_last, marked=row.marked, grouped=row.grouped
    )


def _parts(days: Days, span: Span) -> set[str]:
    period, inside = span.period, days.first <= span.period.end and days.last >= span.period.start
    before_end = days.first <= period.end
    match days.kind:
        case "attendance":
            return {"attendance"} if inside else set()
        case "talk":
            return {"people"} if before_end and span.talks_from and days.last >= span.talks_from else set()
        case "training":
            return {"learning"} if inside or (days.marked and before_end) else set()
        case "course_required":
            first, last = days.until_first or days.first, days.until_last or days.last
            return {"learning"} if first <= period.end and last >= period.start else set()
        case "term":
            return {"term"}
        case kind if kind.startswith("development."):
            return {"clocks"} if before_end else set()
        case "activity":
            return ({"records"} if inside else set()) | ({"windows"} if days.grouped else set())
        case _:
            return {"records", "windows", "attendance"} if inside else _yearly(days, span)


def _yearly(days: Days, span: Span) -> set[str]:
    """A yearly duty is due in one period and met by anything held in the calendar year."""
    years = range(span.period.start.year, span.period.end.year + 1)
    return {"windows"} if days.first.year in years or days.last.year in years else set()


def _reach(session: AsyncSession, path: str) -> dict[str, Any]:
    reach = Reach(path).parameters(tenant_of(session))
    del reach["person"]
    return reach
