"""Tallies: how many facts in force each organization has of some kinds on a day, kept true by whoever writes or ends facts.

A tally is an organization's own; what stands below it is added up by a range of paths (`sums.py`). Sums are kept and not counted
anew, so that two who write at the same time both count; a row of another transaction is waited for, never lost.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tallies.models import FactTally
from zhibu_core.tenancy.bulk import arrays_of, raw_connection
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import tenant_of

if TYPE_CHECKING:
    from zhibu_core.ledger.facts import FactDraft

ATTENDANCE = "attendance"
TALLIED = ("activity", ATTENDANCE, "training")
"""The kinds that dashboards add up. Of the others there are few, and about as many days as facts."""

CAME = ("present", "late", "online")
"""The marks of those who took part when it was held; who studied it later did not."""

EXACT = 1000
"""Quantities are added up as whole thousandths, which come out the same in whatever order they are added."""

_KEY = ("organization_id", "kind", "day")
_SUMS = ("facts", "counted", "quantity", "counted_quantity")
_ADD = "on conflict (tenant_id, organization_id, kind, day) do update set " + ", ".join(
    f"{name} = fact_tally.{name} + excluded.{name}" for name in _SUMS
)
_COUNTED = f"""(case when f.kind = '{ATTENDANCE}' then coalesce(f.mark in {CAME}, false)
  else coalesce(f.detail->>'counted', 'true') = 'true' end)"""
_THOUSANDTHS = f"round(coalesce(f.quantity, 0) * {EXACT})::integer"
_CELLS = f"""select f.tenant_id, f.organization_id, f.kind,
  case when f.quantity is null then f.happened_on else date_trunc('year', f.happened_on)::date end as day,
  count(*)::integer as facts, (count(*) filter (where {_COUNTED}))::integer as counted,
  sum({_THOUSANDTHS})::integer as quantity, coalesce(sum({_THOUSANDTHS}) filter (where {_COUNTED}), 0)::integer as counted_quantity
from fact f where f.tenant_id = :t and f.kind in {TALLIED} and """  # noqa: S608 only our own fragments

# The rows are there, as their facts were counted: nothing is inserted, and all are locked in one order.
_TAKE = text(
    f"""insert into fact_tally (tenant_id, id, organization_id, path, kind, month, day, {", ".join(_SUMS)})
    select x.tenant_id, x.id, x.organization_id, x.path, x.kind, x.month, x.day, -d.facts, -d.counted, -d.quantity,
      -d.counted_quantity
    from ({_CELLS} f.id = any(:ids) group by 1, 2, 3, 4) d
    join fact_tally x on x.tenant_id = d.tenant_id and x.organization_id = d.organization_id and x.kind = d.kind and x.day = d.day
    order by x.organization_id, x.kind, x.day {_ADD}"""  # noqa: S608
)
_TRUE = text(
    f"""{_CELLS} not exists (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id)
    group by 1, 2, 3, 4 order by 2, 3, 4"""
)
_ADDED = arrays_of(cast("Table", FactTally.__table__), ("id", *_KEY, *_SUMS))
_INSERT = f"""insert into fact_tally (tenant_id, path, month, {_ADDED.names})
  select o.tenant_id, o.path, date_trunc('month', u.day)::date, {", ".join(_ADDED.picked.values())}
  from unnest({_ADDED.placeholders(start=2)}) u({_ADDED.names}) join organization o on o.tenant_id = $1 and o.id = u.organization_id
  where o.tenant_id = $1 order by u.organization_id, u.kind, u.day {_ADD}"""  # noqa: S608
_KEPT = text(f"select {', '.join((*_KEY, *_SUMS))} from fact_tally where tenant_id = :t and facts <> 0")  # noqa: S608
_FORGET = text("delete from fact_tally where tenant_id = :t")


async def count_facts(session: AsyncSession, drafts: Sequence["FactDraft"]) -> None:
    """Adds facts that were just written, by one statement for all cells that they touch."""
    cells: dict[tuple[uuid.UUID, str, dt.date], list[int]] = {}
    for draft in drafts:
        if draft.kind not in TALLIED:
            continue
        day, amount = draft.happened_on, 0
        if draft.quantity is not None:
            day, amount = day.replace(month=1, day=1), round(draft.quantity * EXACT)
        sums = cells.setdefault((draft.organization_id, draft.kind, day), [0, 0, 0, 0])
        sums[0] += 1
        sums[2] += amount
        if _is_counted(draft):
            sums[1] += 1
            sums[3] += amount
    await _add(session, sorted((*key, *sums) for key, sums in cells.items()))


async def uncount_facts(session: AsyncSession, ids: Sequence[uuid.UUID]) -> None:
    """Takes facts away that were just ended, by one statement."""
    if ids:
        await session.execute(_TAKE, {"t": tenant_of(session), "ids": list(ids)})


async def rebuild_fact_tallies(session: AsyncSession) -> int:
    """Counts the tenant's tallies anew from its facts in force; returns how many of them had been wrong.

    May run while others write: what they write meanwhile is added to what is counted here.
    """
    values = {"t": tenant_of(session)}
    kept = {tuple(row) for row in await session.execute(_KEPT, values)}
    await session.execute(_FORGET, values)
    true = [tuple(row)[1:] for row in await session.execute(_TRUE, values)]
    await _add(session, true)
    return len({row[: len(_KEY)] for row in kept.symmetric_difference(true)})


def _is_counted(draft: "FactDraft") -> bool:
    """Attendance by its mark; all else unless the record says that it does not count (training that the rules leave out)."""
    if draft.kind == ATTENDANCE:
        return draft.mark in CAME
    return draft.detail is None or draft.detail.get("counted") in (None, True)


async def _add(session: AsyncSession, rows: Sequence[tuple[Any, ...]]) -> None:
    """Adds to cells, which come in order so that two who add to the same ones wait and do not lock each other out."""
    if rows:
        columns: dict[str, Sequence[Any]] = {"id": [new_id() for _ in rows]}
        columns |= dict(zip((*_KEY, *_SUMS), zip(*rows, strict=True), strict=True))
        connection = await raw_connection(session)
        await connection.execute(_INSERT, tenant_of(session), *_ADDED.pack(columns))
