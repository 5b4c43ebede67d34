"""One's own training of a year: hours against the target in words, required courses, entries; and the panel of it."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.i18n import _L
from zhibu_core.periods import parse_period, unit_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_learning.overview import TrainingOverview, training_of
from zhibu_learning.places import READ_OWN
from zhibu_learning.words import CATEGORIES
from zhibu_web.components import Cell, Column, Row
from zhibu_web.framing import AnyRequest, page, prefix_of

HERE = "/learning/records"
IN_PANEL = 3
COLUMNS = (
    Column(_L("Day")),
    Column(_L("What")),
    Column(_L("Content category")),
    Column(_L("Hours"), numeric=True),
    Column(_L("Counts")),
)


@get(HERE, opt={"action": READ_OWN, "meets": ("hours", "course")})
async def own_records(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """What the asker studied in a year (`year`, else this one)."""
    year = year_asked_for(request, who.today)
    overview = await training_of(session, who, who.person(), unit_of("year", dt.date(year, 1, 1)))
    here = f"{prefix_of(request)}{HERE}?year="
    context = said_of(overview) | {
        "year": year,
        "earlier": f"{here}{year - 1}",
        "later": f"{here}{year + 1}" if year < who.today.year else None,
        "columns": COLUMNS,
        "rows": [_row(entry) for entry in reversed(overview.entries)],
        "overview": overview,
    }
    return page(request, who, platform, "learning/records.html", context, door="learning")


def said_of(overview: TrainingOverview) -> dict[str, Any]:
    """Hours counted, asked for and left, hours of self-study, courses done and open."""
    hours = overview.hours
    uncounted = sum(entry.training.hours for entry in overview.entries if not entry.counted)
    return {
        "held": float(hours.hours) if hours else None,
        "target": float(hours.target) if hours else None,
        "left": max(float(hours.target - hours.hours), 0.0) if hours else None,
        "uncounted": uncounted,
        "done": overview.done,
        "open": overview.open,
    }


def year_asked_for(request: AnyRequest, today: dt.date) -> int:
    """The year in the address; raises `InvalidInput` for what is none."""
    return parse_period(request.query_params.get("year") or str(today.year)).start.year


def _row(entry: Any) -> Row:
    training = entry.training
    counts = Cell(_L("Counts") if entry.counted else _L("Does not count"), state="met" if entry.counted else "waived")
    category = CATEGORIES.get(training.category, training.category)
    what = training.form_name + (f"　{training.organiser}" if training.organiser else "")
    return Row(training.day.isoformat(), (what, category, Cell(f"{training.hours:g}"), counts))


async def panel(session: AsyncSession, scope: Scope, person_id: uuid.UUID) -> Mapping[str, Any] | None:
    """The year's training of a person for the person's page; None for somebody without a branch."""
    try:
        overview = await training_of(session, scope, person_id, unit_of("year", scope.today))
    except (InvalidInput, NotFound):
        return None
    entries = [(one.training, CATEGORIES.get(one.training.category, one.training.category)) for one in overview.entries]
    own = scope.person() == person_id
    return said_of(overview) | {"year": scope.today.year, "latest": entries[::-1][:IN_PANEL], "is_own": own}
