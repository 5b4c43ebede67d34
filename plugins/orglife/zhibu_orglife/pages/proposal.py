"""What a plan or a record is proposed to say: the day by the rule of the last time, the rest as last time."""

import calendar
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from zhibu_core.calendar import live_working_days
from zhibu_core.ledger.duties import Duty
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.models import Meeting
from zhibu_orglife.pages.places import local

START, END = dt.time(14, 0), dt.time(15, 30)
NOTICE_DAYS = 3
"""Members are told before the meeting: a plan proposes no day sooner than this, where the window leaves room."""

Origin = Literal["last", "usual", "plan", "record"]


@dataclass(frozen=True)
class Proposal:
    """A day, hours, place and people; `origin`: from the last meeting of the kind, or only usual hours."""

    day: dt.date
    start: dt.time
    end: dt.time
    place: str
    chair: str
    recorder: str
    origin: Origin
    last_on: dt.date | None = None


def proposed(
    who: Scope,
    kinds: Sequence[str],
    held: Sequence[Meeting],
    window: tuple[dt.date, dt.date],
    *,
    ahead: bool,
    taken: Sequence[dt.date] = (),
) -> Proposal:
    """A proposal for a meeting of these kinds in a window, from meetings held (newest first).

    `ahead`: it is to come, else it was held; days that are `taken` are then left free where there are others. The
    last meeting of the same kind gives day of month, hours and place.
    """
    last = next((one for one in held if set(one.kinds) & set(kinds)), None)
    like = last or next(iter(held), None)
    last_on = last.held_on if last else None
    day = day_ahead(window, last_on, who.today, taken) if ahead else day_held(window, last_on, who.today)
    asker = who.actor.name if who.actor else ""
    if like is None:
        return Proposal(day, START, END, "", asker, asker, "usual")
    starts = local(who, like.starts_at)
    ends = local(who, like.ends_at) if like.ends_at else starts + dt.timedelta(minutes=90)
    return Proposal(
        day, starts.time(), ends.time(), like.place, like.chair or asker, like.recorder or asker, "last", last_on
    )


def day_ahead(
    window: tuple[dt.date, dt.date], last_on: dt.date | None, today: dt.date, taken: Sequence[dt.date] = ()
) -> dt.date:
    """The first free day of the last time's place in the month that leaves time for notice; a working day otherwise."""
    opens, due = window
    first = min(max(opens, today + dt.timedelta(days=NOTICE_DAYS)), max(due, today))
    for day in _alike(first, due, last_on):
        if day not in taken:
            return day
    days = [first + dt.timedelta(days=n) for n in range((due - first).days + 1)]
    working = [day for day in days if _works(day)]
    # Without a last time: a week apart from what stands there already, else any day that is free.
    apart = (day for day in working if all(abs((day - other).days) >= 7 for other in taken))
    free = (day for day in working if day not in taken)
    return next(apart, None) or next(free, None) or next(iter(working), first)


def day_held(window: tuple[dt.date, dt.date], last_on: dt.date | None, today: dt.date) -> dt.date:
    """Today while the window is open; for a window that is over, the last time's place in its last month."""
    opens, due = window
    if opens <= today <= due:
        return today
    if today < opens:
        return today
    return max(_alike(opens, due, last_on), default=due)


def _alike(first: dt.date, last: dt.date, like: dt.date | None) -> Iterator[dt.date]:
    """The days between two that stand in their month as `like` in its own, e.g. on the third Tuesday."""
    if like is None:
        return
    nth = (like.day - 1) // 7
    month = first.replace(day=1)
    while month <= last:
        ahead = (like.weekday() - month.weekday()) % 7 + 7 * nth
        length = calendar.monthrange(month.year, month.month)[1]
        day = month + dt.timedelta(days=ahead if ahead < length else ahead - 7)
        if first <= day <= last:
            yield day
        month = (month + dt.timedelta(days=length)).replace(day=1)


def _works(day: dt.date) -> bool:
    return live_working_days(day, day).count == 1


def window_of(duty: Duty) -> tuple[dt.date, dt.date]:
    """The first and the last day of a duty."""
    return duty.opens_on, duty.due_on
