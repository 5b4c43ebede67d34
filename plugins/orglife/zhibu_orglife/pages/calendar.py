"""The member's calendar: what waits for the own word, the next meeting, the list by month, and a feed of it."""

import datetime as dt
from itertools import groupby
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.actions import READ
from zhibu_orglife.kinds import COMMITTEE, HEART_TALK
from zhibu_orglife.models import Attendance, Meeting
from zhibu_orglife.pages.feed import feed_of
from zhibu_orglife.pages.places import local
from zhibu_orglife.pages.words import mark_text, title_of, when_text
from zhibu_orglife.reading import own_attendance, visible_meetings
from zhibu_web.formats import month_name
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

HERE = "/life/calendar"
FEED = "/life/calendar.ics"
BACK = dt.timedelta(days=190)
SHOWN = 60
Line = tuple[Meeting, Attendance | None]


@get(HERE, opt={"action": READ})
async def calendar_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The meetings of the own branch, and those on whose rolls the asker stands."""
    locale, prefix = locale_of_request(request), prefix_of(request)
    lines = await own_meetings(session, who)
    asked = [(one, mine) for one, mine in lines if mine and waits_for_word(mine)]
    coming = [one for one, _ in lines if one.state == "planned" and one.held_on >= who.today]
    past = [line for line in lines if line[0].state in ("submitted", "approved")]
    context = {
        "asked": [_row(who, one, mine, locale, prefix) for one, mine in reversed(asked)],
        "next": _row(who, coming[0], None, locale, prefix) if coming else None,
        "coming": _months(who, [(one, None) for one in coming], locale, prefix),
        "past": _months(who, list(reversed(past)), locale, prefix),
        "feed": f"{prefix}{FEED}",
        "branch": await _branch(session, who),
    }
    return page(request, who, platform, "orglife/calendar.html", context, door="life")


@get(FEED, opt={"action": READ}, media_type="text/calendar")
async def calendar_feed(
    request: AnyRequest, who: NamedDependency[Scope], session: NamedDependency[AsyncSession]
) -> Response[bytes]:
    """The same meetings as an iCalendar file (RFC 5545)."""
    lines = await own_meetings(session, who)
    address = f"{request.base_url.scheme}://{request.base_url.netloc}{prefix_of(request)}/life/meetings/"
    body = feed_of(who, [meeting for meeting, _ in lines], locale_of_request(request), address)
    headers = {"Content-Disposition": 'attachment; filename="zhibu.ics"', "Cache-Control": "private, no-store"}
    return Response(body, media_type="text/calendar", headers=headers)


async def own_meetings(session: AsyncSession, who: Scope) -> list[Line]:
    """Meetings on whose rolls the asker stands, and those to come that the asker is due at, in time order, each with
    the asker's own line (three statements). Talks and committee meetings of others are none of them.
    """
    since = who.today - BACK
    mine = own_attendance(who).where(Meeting.held_on >= since).order_by(Meeting.starts_at.desc()).limit(SHOWN)
    found: dict[Any, Line] = {meeting.id: (meeting, line) for line, meeting in await session.execute(mine)}
    if who.actor and who.actor.branch_id:
        query = visible_meetings(who).where(
            Meeting.organization_id == who.actor.branch_id,
            Meeting.held_on >= who.today,
            Meeting.state == "planned",
        )
        on_committee = await _on_committee(session, who)
        for meeting, _ in await session.execute(query.order_by(Meeting.starts_at).limit(SHOWN)):
            if not {HEART_TALK}.issuperset(meeting.kinds) and (on_committee or set(meeting.kinds) != {COMMITTEE}):
                found.setdefault(meeting.id, (meeting, None))
    return sorted(found.values(), key=lambda line: (line[0].starts_at, line[0].id))


async def _on_committee(session: AsyncSession, who: Scope) -> bool:
    query = select(Membership.party_post).where(Membership.person_id == who.person(), Membership.until.is_(None))
    return bool(await session.scalar(query))


def waits_for_word(line: Attendance) -> bool:
    """Whether the person has neither confirmed nor disputed the mark."""
    return line.confirmed_at is None and line.disputed is None


def _row(who: Scope, meeting: Meeting, mine: Attendance | None, locale: str, prefix: str) -> dict[str, Any]:
    starts, ends = local(who, meeting.starts_at), local(who, meeting.ends_at) if meeting.ends_at else None
    return {
        "title": title_of(meeting, locale),
        "when": when_text(starts, ends, locale),
        "place": meeting.place,
        "topic": meeting.topic,
        "mark": mark_text(mine.mark, locale) if mine else "",
        "href": f"{prefix}/life/meetings/{meeting.id}",
        "month": month_name(starts.year, starts.month, locale),
    }


def _months(who: Scope, lines: list[Line], locale: str, prefix: str) -> list[tuple[str, list[dict[str, Any]]]]:
    rows = [_row(who, one, mine, locale, prefix) for one, mine in lines]
    return [(month, list(group)) for month, group in groupby(rows, key=lambda row: str(row["month"]))]


async def _branch(session: AsyncSession, who: Scope) -> str:
    if who.actor is None or who.actor.branch_id is None:
        return ""
    query = select(Organization.name).where(Organization.id == who.actor.branch_id)
    return str(await session.scalar(query) or "")
