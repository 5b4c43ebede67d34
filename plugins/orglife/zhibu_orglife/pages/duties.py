"""The duties that a branch meets by holding meetings: found for a span, by key, and for a record."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import NotFound
from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.duties import Duty, DutyKey, Reach
from zhibu_core.ledger.duties.asked import duties_of
from zhibu_core.organization.models import Organization
from zhibu_core.periods import Period, parse_period
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.facts import SOURCE
from zhibu_orglife.pages.places import branch_of_id

MET_LATER = frozenset({"open", "missed", "upcoming"})
"""The states of duties that a record may still meet."""


async def meeting_duties(
    session: AsyncSession, platform: Platform, who: Scope, branch: Organization, period: Period
) -> list[Duty]:
    """What the rules of organizational life ask of a branch in a period, with the facts that count."""
    book = await rule_book(platform, session, who)
    reach = Reach(branch.path, organization_id=branch.id)
    found = await duties_of(session, book, period, reach, who.today, with_facts=True)
    return [duty for duty in found if duty.version.rule.plugin == SOURCE and duty.person_id is None]


async def duty_named(
    session: AsyncSession, platform: Platform, who: Scope, text: str, action: str
) -> tuple[Duty, Organization]:
    """The duty of this key and its branch; raises `NotFound` for one that is unknown, not ours, or out of reach."""
    key = DutyKey.of_text(text)
    branch = await branch_of_id(session, who, key.organization_id, action)
    try:
        period = window_period(key.window)
    except ValueError:
        raise NotFound("not_found", Words("没有找到这项任务。", "There is no such duty.")) from None
    for duty in await meeting_duties(session, platform, who, branch, period):
        if duty.key == key:
            return duty, branch
    raise NotFound("not_found", Words("没有找到这项任务。", "There is no such duty."))


def window_period(label: str) -> Period:
    """The span of a window by its label: one unit, or two with .. between."""
    first, _, last = label.partition("..")
    try:
        start, end = parse_period(first), parse_period(last or first)
    except Exception as error:
        raise ValueError(label) from error
    return Period.of(start.start, end.end)


def year_of(day: dt.date) -> Period:
    """The calendar year of a day: every window that holds the day falls due in it."""
    return Period.of(dt.date(day.year, 1, 1), dt.date(day.year, 12, 31))


def met_by(duties: Iterable[Duty], kinds: Sequence[str], day: dt.date, grp: str | None) -> list[Duty]:
    """The duties that a meeting of these kinds on a day would help to meet, and that are not met yet."""
    return [
        duty
        for duty in duties
        if duty.kind in kinds
        and duty.opens_on <= day <= duty.due_on
        and (duty.group is None or duty.group == (grp or "").strip())
        and duty.state in MET_LATER
    ]
