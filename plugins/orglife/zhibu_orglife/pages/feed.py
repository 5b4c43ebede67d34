"""Meetings as an iCalendar file: lines of 75 octets that end in CRLF (RFC 5545, 3.1)."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.models import Meeting
from zhibu_orglife.pages.words import title_of

if TYPE_CHECKING:
    from icalendar import Event

USUAL_LENGTH = dt.timedelta(minutes=90)


def feed_of(who: Scope, meetings: Iterable[Meeting], locale: str, address: str) -> bytes:
    """The file; `address` is what stands before a meeting's id in its link. Times are UTC."""
    from icalendar import Calendar  # eighty modules, which only this file's readers wait for

    made = Calendar()
    made.add("prodid", "-//Zhibu//orglife//ZH")
    made.add("version", "2.0")
    made.add("x-wr-calname", who.tenant.name)
    for meeting in meetings:
        made.add_component(_event(who, meeting, locale, address))
    return bytes(made.to_ical())


def _event(who: Scope, meeting: Meeting, locale: str, address: str) -> "Event":
    from icalendar import Event

    event = Event()
    starts = meeting.starts_at.astimezone(dt.UTC)
    ends = (meeting.ends_at or meeting.starts_at + USUAL_LENGTH).astimezone(dt.UTC)
    # All versions of a record are one event to whoever keeps a calendar.
    event.add("uid", f"{meeting.series_id}@{who.tenant.slug}")
    event.add("dtstamp", meeting.written_at.astimezone(dt.UTC))
    event.add("sequence", meeting.version - 1)
    event.add("dtstart", starts)
    event.add("dtend", max(starts, ends))
    event.add("summary", title_of(meeting, locale))
    if meeting.place:
        event.add("location", meeting.place)
    if meeting.topic:
        event.add("description", meeting.topic)
    event.add("url", f"{address}{meeting.id}")
    return event
