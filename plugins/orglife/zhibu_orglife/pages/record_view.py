"""What the record form shows around its fields: what is known and from where, duties that it meets, papers."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L, Lazy
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.tenant_settings import value_of
from zhibu_orglife.kinds import COMMITTEE, HEART_TALK, KINDS, OF_LEADING_BODIES
from zhibu_orglife.pages.duties import meeting_duties, met_by, year_of
from zhibu_orglife.pages.fields import Fields, read_time
from zhibu_orglife.pages.files_view import files_context
from zhibu_orglife.pages.paper import papers_of
from zhibu_orglife.pages.places import local
from zhibu_orglife.pages.quorum import quorum_of
from zhibu_orglife.pages.roll import RollForm, roll_form
from zhibu_orglife.pages.sheet import Sheet
from zhibu_orglife.pages.words import LEAVE_REASONS, duty_text, kinds_text, when_text
from zhibu_orglife.settings import LOCK_DAYS, SECOND_PERSON
from zhibu_web.components import Fact, Link, Option
from zhibu_web.formats import clock, date_short, inside, moment_long
from zhibu_web.framing import AnyRequest, locale_of_request, prefix_of
from zhibu_web.render import reader

KNOWN_FIELDS = ("kinds", "day", "start", "end", "place", "chair", "recorder", "grp", "online")
"""The fields that stand as text first and open for change."""

ORIGINS: dict[str, Lazy] = {
    "last": _L("As last time; please check"),
    "usual": _L("Usual hours; please check"),
    "plan": _L("From the notice"),
    "record": _L("From what was kept"),
}


async def record_context(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, sheet: Sheet, said: Fields
) -> dict[str, Any]:
    """Everything that the template of the form needs, without errors."""
    locale, prefix = locale_of_request(request), prefix_of(request)
    people = await roll_form(session, who, sheet.branch, said)
    day = said.held_on or who.today
    duties = await meeting_duties(session, platform, who, sheet.branch, year_of(day))
    own = {str(sheet.meeting_id)}
    meets = [
        duty for duty in met_by(duties, said.kinds, day, said.grp) if own.isdisjoint(str(f.record) for f in duty.facts)
    ]
    lock = await value_of(session, LOCK_DAYS)
    private = HEART_TALK in said.kinds
    papers = papers_of(said, private=private)
    return {
        "sheet": sheet,
        "said": said,
        "branch": sheet.branch,
        "title": _title(sheet, said, locale, who.today),
        "crumbs": (Link(_L("Workbench"), f"{prefix}/life/workbench"), Link(date_short(day, locale, today=who.today))),
        "action": f"{prefix}/life/record?{sheet.query}",
        "known": known(sheet, said, locale),
        "known_fields": KNOWN_FIELDS,
        "open_known": not said.kinds or not (said.place or said.online),
        "kinds": kind_options(sheet.branch),
        "people": people,
        "owners": (Option("", _L("not chosen", "person")), *people.owners),
        "soon": who.today + dt.timedelta(days=14),
        "marked": _marked(people, locale),
        "reasons": LEAVE_REASONS,
        "later": _later(sheet, people),
        "meets": [duty_text(duty, locale, who.today) for duty in meets],
        "papers": papers,
        "files": await files_context(request, who, platform, session, sheet.meeting, sheet.branch)
        if sheet.meeting
        else None,
        "missing": tuple(dict.fromkeys(word for paper in papers for word in paper.missing)),
        "quorum": quorum_of(said.kinds, people, locale),
        "untouched": said is sheet.fields and not said.marks,
        "private": private,
        "lock": lock,
        "editable_until": who.today + dt.timedelta(days=lock),
        "second": await value_of(session, SECOND_PERSON),
        "kept": request.query_params.get("kept") == "1",
        "draft": _draft_line(sheet, who, locale),
        "withdraw": f"{prefix}/life/meetings/{sheet.meeting_id}/withdraw" if sheet.mode == "draft" else None,
    }


def _title(sheet: Sheet, said: Fields, locale: str, today: dt.date) -> str:
    words = reader(locale)
    what = kinds_text(said.kinds, locale)
    if sheet.mode == "correct":
        return words.gettext("Correct the record: %(what)s") % {"what": inside(what, locale)}
    if not what:
        return words.gettext("Record a meeting")
    if sheet.duty is not None and said.kinds == (sheet.duty.kind,):
        what = duty_text(sheet.duty, locale, today)
    return words.gettext("Record %(what)s") % {"what": inside(what, locale)}


def known(sheet: Sheet, said: Fields, locale: str) -> tuple[Fact, ...]:
    """The lines that need not be typed, each with its way to change it."""
    words = reader(locale)
    day, start, end = said.held_on, read_time(said.start), read_time(said.end)
    when = f"{said.day} {said.start}–{said.end}"
    if day is not None and start is not None:
        when = when_text(dt.datetime.combine(day, start), dt.datetime.combine(day, end) if end else None, locale)
    origin = ORIGINS.get(sheet.origin)
    kinds = kinds_text(said.kinds, locale) or words.gettext("Not chosen yet")
    several = _L("Each kind counts once, attendance once") if len(said.kinds) > 1 else None
    place = said.place or (words.gettext("Online") if said.online else words.gettext("Not known yet"))
    if said.place and said.online:
        place = f"{said.place}{words.pgettext('list', ', ')}{words.gettext('online as well')}"
    people = words.gettext("%(chair)s in the chair, %(recorder)s writes") % {
        "chair": said.chair or words.gettext("nobody yet"),
        "recorder": said.recorder or words.gettext("nobody yet"),
    }
    group = (Fact(_L("Group"), said.grp, None, "#grp"),) if said.grp else ()
    return (
        Fact(_L("Kind"), kinds, several, "#kinds"),
        *group,
        Fact(_L("Time"), when, origin, "#day"),
        Fact(_L("Place"), place, origin if said.place else None, "#place"),
        Fact(_L("Chair and recorder"), people, origin, "#chair"),
    )


def kind_options(branch: Organization) -> tuple[Option, ...]:
    """The kinds that a branch may record."""
    left_out = OF_LEADING_BODIES if branch.has_committee else OF_LEADING_BODIES | {COMMITTEE}
    return tuple(Option(kind, words) for kind, words in KINDS.items() if kind not in left_out)


def _marked(people: RollForm, locale: str) -> str | None:
    """18 present, 2 on leave: only where somebody was called."""
    words = reader(locale)
    if not any(person.mark for person in people.called):
        return None
    counted = (
        (words.gettext("%(count)s there"), people.count("present", "late", "online")),
        (words.gettext("%(count)s on leave"), people.count("leave")),
        (words.gettext("%(count)s absent"), people.count("absent")),
        (words.gettext("%(count)s not called"), sum(person.mark is None for person in people.called)),
    )
    parts = [text % {"count": count} for text, count in counted if count]
    return words.pgettext("list", ", ").join(parts)


def _draft_line(sheet: Sheet, who: Scope, locale: str) -> str | None:
    """When the draft was kept: the time, with the day where that was another."""
    if sheet.mode != "draft" or sheet.meeting is None:
        return None
    at = local(who, sheet.meeting.written_at)
    today = at.date() == local(who, dt.datetime.now(dt.UTC)).date()
    return reader(locale).gettext("Draft kept %(time)s") % {"time": clock(at) if today else moment_long(at, locale)}


def _later(sheet: Sheet, people: RollForm) -> tuple[Option, ...]:
    """Those who missed the meeting, once it is on record: who of them studied later?"""
    if sheet.mode != "correct":
        return ()
    return tuple(Option(one.key, one.name) for one in people.called if one.mark in ("leave", "absent"))
