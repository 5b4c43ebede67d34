"""What the workbench shows of one branch: what is overdue, the month day by day, the year by kind."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L
from zhibu_core.ledger.duties import Duty
from zhibu_core.ledger.shapes import Frequency
from zhibu_core.organization.models import Organization
from zhibu_core.periods import Period
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.models import Meeting
from zhibu_orglife.pages.places import local
from zhibu_orglife.pages.words import duty_text, kinds_text, title_of
from zhibu_web.components import DayItem, MatrixCell, MatrixRow, State
from zhibu_web.formats import clock
from zhibu_web.render import reader

LIVE = ("planned", "draft", "submitted", "approved")
"""The states of versions that somebody still works with."""

OFTEN = {"month": _L("Every month"), "quarter": _L("Every quarter"), "year": _L("Every year")}


@dataclass(frozen=True)
class Bench:
    """Duties and meetings of a branch, and how to put them into words and links."""

    who: Scope
    prefix: str
    locale: str
    duties: Sequence[Duty]
    meetings: Sequence[Meeting]
    month: Period
    first: dt.date = field(default=dt.date.min)

    def record(self, duty: Duty) -> str:
        """Where the duty is recorded."""
        return f"{self.prefix}/life/record?duty={duty.key.text()}"

    def plan(self, duty: Duty) -> str:
        """Where a meeting for the duty is planned."""
        return f"{self.prefix}/life/plan?duty={duty.key.text()}"

    def open(self, record_id: uuid.UUID) -> str:
        """A meeting's page."""
        return f"{self.prefix}/life/meetings/{record_id}"

    @property
    def missed(self) -> list[Duty]:
        """What is past its day and not met, the latest first: the sooner it is recorded, the better it is remembered."""
        found = [d for d in self.duties if d.state == "missed" and d.due_on >= self.first]
        return sorted(found, key=lambda duty: duty.due_on, reverse=True)

    @property
    def unplanned(self) -> list[Duty]:
        """What falls due from this month on, is open, and has no meeting planned."""
        today = self.who.today
        return [
            duty for duty in self.duties if duty.state == "open" and duty.due_on >= today and not self.meeting_for(duty)
        ]

    def meeting_for(self, duty: Duty) -> Meeting | None:
        """The meeting planned or kept for a duty that is not met yet."""
        return next((one for one in self.meetings if serves(one, duty) and one.state != "approved"), None)

    def items(self) -> dict[dt.date, list[DayItem]]:
        """What stands on each day of the month: meetings, and duties that no meeting of the month serves."""
        found: dict[dt.date, list[DayItem]] = {}
        shown = [one for one in self.meetings if one.held_on in self.month]
        for meeting in shown:
            found.setdefault(meeting.held_on, []).append(self._of_meeting(meeting))
        for duty in self.duties:
            # A quarter's duty asks for a meeting somewhere in it: its last month shows it where none was held.
            if duty.due_on in self.month and not duty.facts and not any(serves(one, duty) for one in self.meetings):
                found.setdefault(duty.due_on, []).append(self._of_duty(duty))
        return found

    def _of_meeting(self, meeting: Meeting) -> DayItem:
        words = reader(self.locale)
        at, over = clock(local(self.who, meeting.starts_at)), meeting.held_on <= self.who.today
        state, note = {
            "planned": ("open", words.gettext("to be recorded"))
            if over
            else ("upcoming", words.gettext("notice is out")),
            "draft": ("doing", words.gettext("draft kept")),
            "submitted": ("waiting", words.gettext("waits for approval")),
        }.get(meeting.state, ("met", ""))
        joint = words.pgettext("list", ", ")
        href = f"{self.prefix}/life/record?meeting={meeting.id}" if meeting.state == "draft" else self.open(meeting.id)
        return DayItem(title_of(meeting, self.locale), href, _state(state), joint.join(filter(None, (at, note))))

    def _of_duty(self, duty: Duty) -> DayItem:
        later = duty.due_on >= self.who.today
        note = reader(self.locale).gettext("not planned yet") if later and duty.state in ("open", "upcoming") else None
        href = self.plan(duty) if later else self.record(duty)
        return DayItem(duty_text(duty, self.locale, self.who.today), href, duty.state, note or duty.reason)

    def counts(self, items: Iterable[DayItem]) -> Counter[str]:
        """How many are to do, to come, and done or waived."""
        sort = {"met": "done", "late": "done", "waived": "done", "upcoming": "upcoming", "missed": "missed"}
        return Counter(sort.get(item.state, "open") for item in items)

    def matrix(self, year: int) -> list[MatrixRow]:
        """One row for each kind (and group) that the branch owes in the year."""
        rows: dict[tuple[str, str], list[Duty]] = {}
        for duty in self.duties:
            if duty.due_on.year == year and duty.opens_on.year == year:
                rows.setdefault((duty.version.code, duty.group or ""), []).append(duty)
        return [self._row(duties) for duties in rows.values()]

    def _row(self, duties: list[Duty]) -> MatrixRow:
        rule = duties[-1].version
        name = kinds_text((duties[0].kind,), self.locale) or rule.rule.title.of(self.locale)
        title = f"{name} {duties[0].group}" if duties[0].group else name
        cells: list[MatrixCell] = []
        month = 1
        for duty in sorted(duties, key=lambda one: one.opens_on):
            if duty.opens_on.month > month:
                cells.append(_not_owed(duty.opens_on.month - month))
            cells.append(self._cell(duty))
            month = duty.due_on.month + 1
        if month <= 12:
            cells.append(_not_owed(13 - month))
        return MatrixRow(title, OFTEN[rule.read(Frequency).every], tuple(cells))

    def _cell(self, duty: Duty) -> MatrixCell:
        span = duty.due_on.month - duty.opens_on.month + 1
        href = None
        if duty.facts:
            href = self.open(duty.facts[0].record)
        elif duty.state in ("open", "missed"):
            href = self.record(duty)
        return MatrixCell(duty.state, span, self._until(duty) if span == 12 else None, href, whole=span == 12)

    def _until(self, duty: Duty) -> str | None:
        """A yearly duty says its last day while it is not met."""
        words = reader(self.locale)
        word = {"upcoming": words.pgettext("state", "Not due yet"), "open": words.pgettext("state", "To do")}
        if duty.state not in word:
            return None
        return words.gettext("%(state)s (last day %(day)s)") % {"state": word[duty.state], "day": duty.due_on}


def serves(meeting: Meeting, duty: Duty) -> bool:
    """Whether a meeting is of the kind, in the window, and of the group that a duty asks for."""
    return (
        duty.kind in meeting.kinds
        and duty.opens_on <= meeting.held_on <= duty.due_on
        and (duty.group is None or duty.group == meeting.grp)
    )


def _not_owed(months: int) -> MatrixCell:
    return MatrixCell("upcoming", months, _L("Not asked for"))


def _state(name: str) -> State:
    states: dict[str, State] = {"open": "open", "upcoming": "upcoming", "doing": "doing", "waiting": "waiting"}
    return states.get(name, "met")


async def meetings_between(session: AsyncSession, branch: Organization, first: dt.date, last: dt.date) -> list[Meeting]:
    """The live versions of a branch's meetings between two days, in time order."""
    query = select(Meeting).where(
        Meeting.organization_id == branch.id, Meeting.held_on.between(first, last), Meeting.state.in_(LIVE)
    )
    return list(await session.scalars(query.order_by(Meeting.starts_at, Meeting.id)))


async def held_lately(session: AsyncSession, branch: Organization, until: dt.date) -> list[Meeting]:
    """The branch's meetings in force of the last fifteen months, the newest first."""
    query = select(Meeting).where(
        Meeting.organization_id == branch.id,
        Meeting.held_on.between(until - dt.timedelta(days=460), until),
        Meeting.state == "approved",
    )
    return list(await session.scalars(query.order_by(Meeting.starts_at.desc(), Meeting.id.desc()).limit(100)))
