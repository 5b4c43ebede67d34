"""Adds tallies up below nodes of the tree: members, who came to what was held lately, hours studied this year."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tallies.facts import ATTENDANCE, EXACT
from zhibu_core.tenancy.session import tenant_of

LATELY = 90
"""Days of participation, today among them."""

_BELOW = 'path >= n.path collate "C" and path < (left(n.path, -1) || \'0\') collate "C"'
_OF_NODES = f"""lateral (select coalesce(sum(members), 0) as members, coalesce(sum(asked), 0) as asked from member_tally
      where tenant_id = :t and {_BELOW}) m,
    lateral (select coalesce(sum(counted), 0) as came, coalesce(sum(facts), 0) as recorded from fact_tally
      where tenant_id = :t and kind = '{ATTENDANCE}' and month = any(:months) and day between :since and :today and {_BELOW}) a,
    lateral (select coalesce(sum(counted_quantity), 0) as hours from fact_tally
      where tenant_id = :t and kind = 'training' and month = :year and {_BELOW}) t"""  # noqa: S608 only our own fragments
_SUMS = text(
    f"""select n.path, m.members, m.asked, a.came, a.recorded, t.hours
    from unnest(cast(:paths as text[])) n(path), {_OF_NODES}"""  # noqa: S608 only our own fragments
)
SUMS_OF_ONE = f"""select m.members, m.asked, a.came, a.recorded,
    case when a.recorded > 0 then cast(a.came as double precision) / cast(a.recorded as double precision) end as participation,
    cast(t.hours as double precision) / {EXACT} as hours
    from (select :path as path) n, {_OF_NODES}"""  # noqa: S608 only our own fragments
"""The same of the node at `:path`, with what `Sums` makes of it; parameters as `parameters_on` has them, and `:t`."""


@dataclass(frozen=True)
class Sums:
    """What a node and all below it come to. `came` of `recorded` marks of attendance in 90 days; `hours` that count, of the year."""

    members: int = 0
    asked: int = 0
    came: int = 0
    recorded: int = 0
    hours: float = 0.0

    @property
    def participation(self) -> float | None:
        """The share that came, 0 to 1; None where nothing was held."""
        return self.came / self.recorded if self.recorded else None


async def sums_below(session: AsyncSession, paths: Sequence[str], today: dt.date) -> dict[str, Sums]:
    """The sums at and below each of these paths, by path; one statement, which reads nothing but the tallies' indexes."""
    values = {"t": tenant_of(session), "paths": list(paths)} | parameters_on(today)
    rows = await session.execute(_SUMS, values)
    return {r.path: Sums(r.members, r.asked, r.came, r.recorded, r.hours / EXACT) for r in rows}


def parameters_on(today: dt.date) -> dict[str, Any]:
    """What the statements take for a day."""
    since = today - dt.timedelta(days=LATELY - 1)
    months = months_between(since, today)
    return {"months": months, "since": since, "today": today, "year": today.replace(month=1, day=1)}


def months_between(since: dt.date, until: dt.date) -> list[dt.date]:
    """The first day of each month that two days touch, by which the index of tallies is entered."""
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    return [dt.date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]
