"""All duties of a period: every shape of rule by its own statement, then waivers laid over them."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.duties.duty import Duty, DutyKey, DutyState
from zhibu_core.ledger.duties.frequency import frequency_duties
from zhibu_core.ledger.duties.learning import course_duties, hours_duties
from zhibu_core.ledger.duties.reach import Reach
from zhibu_core.ledger.duties.timers import term_duties, timer_duties
from zhibu_core.ledger.models import DutyWaiver
from zhibu_core.ledger.rules import RuleBook
from zhibu_core.ledger.windows import plan_windows
from zhibu_core.periods import Period, unit_of


async def duties_of(
    session: AsyncSession,
    book: RuleBook,
    period: Period,
    reach: Reach,
    today: dt.date,
    *,
    states: Collection[DutyState] | None = None,
    with_facts: bool = False,
) -> list[Duty]:
    """The duties that fall due in the period, within reach, as they stand on `today`; a statement or two a shape.

    `states` keeps only those; `with_facts` gathers the facts that count. In the order of the tree, then of the rules.
    """
    found = await frequency_duties(session, plan_windows(book, period), reach, today, with_facts=with_facts)
    found += await timer_duties(session, book.all_in_force(today, "timer"), reach, period, today)
    for version in book.all_in_force(today, "term"):
        found += await term_duties(session, version, reach, period, today)
    for version in book.all_in_force(today, "hours"):
        found += await hours_duties(session, version, reach, years_due_in(period), today)
    for version in book.all_in_force(today, "course"):
        found += await course_duties(session, version, reach, period, today)
    waived = await _waivers(session)
    if waived:
        found = [duty.waived(waived[duty.key]) if duty.key in waived else duty for duty in found]
    return [duty for duty in found if states is None or duty.state in states]


def years_due_in(period: Period) -> list[Period]:
    """The calendar years whose last day lies in the period."""
    years = (unit_of("year", dt.date(year, 1, 1)) for year in range(period.start.year, period.end.year + 1))
    return [year for year in years if year.end in period]


async def _waivers(session: AsyncSession) -> dict[DutyKey, str]:
    rows = await session.scalars(select(DutyWaiver))
    return {DutyKey(w.rule, w.organization_id, w.person_id, w.window, w.grp): w.reason for w in rows}
