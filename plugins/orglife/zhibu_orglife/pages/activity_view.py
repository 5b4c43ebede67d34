"""What a meeting's page shows: to those who record, all of it; to members, what was decided and their own line."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_orglife.actions import APPROVE, READ_ROLL, RECORD, WITHDRAW
from zhibu_orglife.models import Meeting, Task
from zhibu_orglife.pages.duties import meeting_duties, year_of
from zhibu_orglife.pages.files_view import files_context
from zhibu_orglife.pages.places import local
from zhibu_orglife.pages.words import FACT_WORDS, GRADES, STATES, duty_text, mark_text, title_of, when_text
from zhibu_orglife.reading import RollLine, rolls_of, tasks_of, versions_of
from zhibu_web.components import Fact, Link
from zhibu_web.formats import date_short
from zhibu_web.framing import AnyRequest, locale_of_request, prefix_of
from zhibu_web.render import reader

_FACTS = text(
    """select f.kind, f.grade, count(*) as number, count(f.person_id) as people from fact f
    where f.tenant_id = :t and f.record_id = :record
      and not exists (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id)
    group by f.kind, f.grade order by count(f.person_id), f.kind, f.grade"""
)
IN_FORCE = ("submitted", "approved")


@dataclass(frozen=True)
class RollRow:
    """One line of the roll in words."""

    name: str
    mark: str
    reason: str
    own_word: str
    disputed: bool


@dataclass(frozen=True)
class TaskRow:
    """One task in words; it may be closed while `closable`."""

    task: Task
    owner: str
    closable: bool


async def activity_context(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, meeting: Meeting, branch: Organization
) -> dict[str, Any]:
    """What both views need, and for those who may read rolls the rest."""
    locale, prefix = locale_of_request(request), prefix_of(request)
    lines = (await rolls_of(session, who, [meeting.id]))[meeting.id]
    staff = who.may(READ_ROLL, branch.path)
    tasks = (await tasks_of(session, [meeting.id]))[meeting.id]
    own = next((line for line in lines if line.attendance.person_id == who.person()), None)
    context = {
        "meeting": meeting,
        "branch": branch,
        "title": title_of(meeting, locale),
        "crumbs": _crumbs(who, prefix, branch, meeting, locale),
        "when": when_text(
            local(who, meeting.starts_at), local(who, meeting.ends_at) if meeting.ends_at else None, locale
        ),
        "staff": staff,
        "state": STATES[meeting.state],
        "own": own,
        "own_mark": mark_text(own.attendance.mark, locale) if own else "",
        "answerable": own is not None and meeting.state in IN_FORCE,
        "here": f"{prefix}/life/meetings/{meeting.id}",
        "facts": _facts(who, meeting, branch, locale),
        "tasks": await _task_rows(session, who, branch, meeting, tasks, all_of_them=staff),
        "done": request.query_params.get("done"),
    }
    if staff:
        context |= await _for_staff(request, who, platform, session, meeting, branch, lines)
    return context


async def _for_staff(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    meeting: Meeting,
    branch: Organization,
    lines: Sequence[RollLine],
) -> dict[str, Any]:
    locale, prefix = locale_of_request(request), prefix_of(request)
    duties = await meeting_duties(session, platform, who, branch, year_of(meeting.held_on))
    met = [duty for duty in duties if any(fact.record == meeting.id for fact in duty.facts)]
    versions = await versions_of(session, who, meeting)
    writers = await _names(session, [one.written_by for one in versions])
    latest = versions[0].id == meeting.id if versions else True
    may_record, waits = who.may(RECORD, branch.path), meeting.state == "submitted"
    counted = [sum(line.attendance.mark in marks for line in lines) for marks in (_THERE, _LEAVE, _ABSENT)]
    return {
        "roll": [_roll_row(line, locale) for line in lines],
        "counted": counted,
        "confirmed": sum(line.confirmed for line in lines),
        "disputed": sum(bool(line.attendance.disputed) for line in lines),
        "evidence": await _evidence(session, meeting),
        "files": await files_context(request, who, platform, session, meeting, branch),
        "met": [
            (duty_text(duty, locale, who.today), duty.state, f"{prefix}/rules/{duty.version.code}") for duty in met
        ],
        "history": _history(who, versions, writers, prefix, locale),
        "newest": None if latest else f"{prefix}/life/meetings/{versions[0].id}",
        "correct": f"{prefix}/life/record?correct={meeting.id}"
        if may_record and meeting.state in IN_FORCE and latest
        else None,
        "record": f"{prefix}/life/record?meeting={meeting.id}"
        if may_record and meeting.state in ("planned", "draft")
        else None,
        "recordable": meeting.held_on <= who.today,
        "withdraw": f"{prefix}/life/meetings/{meeting.id}/withdraw"
        if who.may(WITHDRAW, branch.path) and meeting.state not in ("replaced", "withdrawn")
        else None,
        "approvable": waits and who.may(APPROVE, branch.path),
        "returned": meeting.reason if meeting.state == "draft" else "",
    }


_THERE, _LEAVE, _ABSENT = ("present", "late", "online"), ("leave", "leave_makeup"), ("absent", "makeup")


def _crumbs(who: Scope, prefix: str, branch: Organization, meeting: Meeting, locale: str) -> tuple[Link, ...]:
    day = Link(date_short(meeting.held_on, locale, today=who.today))
    if who.may(RECORD, branch.path):
        month = f"{prefix}/life/workbench?org={branch.code}&month={meeting.held_on:%Y-%m}"
        return (Link(_L("Workbench"), month), day)
    return (Link(_L("Organizational life"), f"{prefix}/life/calendar"), day)


def _facts(who: Scope, meeting: Meeting, branch: Organization, locale: str) -> tuple[Fact, ...]:
    words = reader(locale)
    when = when_text(local(who, meeting.starts_at), local(who, meeting.ends_at) if meeting.ends_at else None, locale)
    place = meeting.place or (words.gettext("Online") if meeting.online else words.gettext("Not recorded"))
    shown = [Fact(_L("Branch"), branch.name), Fact(_L("Time"), when), Fact(_L("Place"), place)]
    if meeting.topic:
        shown.append(Fact(_L("Topic"), meeting.topic))
    if meeting.chair:
        shown.append(Fact(_L("Chair"), meeting.chair))
    if meeting.recorder:
        shown.append(Fact(_L("Written by"), meeting.recorder))
    return tuple(shown)


async def _task_rows(
    session: AsyncSession,
    who: Scope,
    branch: Organization,
    meeting: Meeting,
    tasks: Sequence[Task],
    *,
    all_of_them: bool,
) -> list[TaskRow]:
    """All tasks to those who record; to a member the own ones."""
    shown = [task for task in tasks if all_of_them or task.owner_person_id == who.person()]
    names = await _names(session, [task.owner_person_id for task in shown])
    open_here = who.may(RECORD, branch.path) and meeting.state in IN_FORCE
    return [
        TaskRow(
            task,
            names.get(task.owner_person_id, "") if task.owner_person_id else "",
            open_here and task.closed_on is None,
        )
        for task in shown
    ]


def _roll_row(line: RollLine, locale: str) -> RollRow:
    words, kept = reader(locale), line.attendance
    own = words.gettext("Confirmed") if line.confirmed else words.gettext("No word yet")
    if kept.disputed:
        own = words.gettext("Says: %(text)s") % {"text": kept.disputed}
    return RollRow(line.name, mark_text(kept.mark, locale), kept.reason, own, bool(kept.disputed))


async def _evidence(session: AsyncSession, meeting: Meeting) -> list[tuple[Any, int, Any, bool]]:
    """What the record says in the ledger: kind, how many, grade in words, whether of persons."""
    rows = await session.execute(_FACTS, {"t": tenant_of(session), "record": meeting.id})
    return [
        (FACT_WORDS.get(row.kind, row.kind), row.number, GRADES.get(row.grade, row.grade), bool(row.people))
        for row in rows
    ]


def _history(
    who: Scope, versions: Sequence[Meeting], names: dict[uuid.UUID, str], prefix: str, locale: str
) -> list[dict[str, Any]]:
    """The versions, the newest first: who wrote each and when, how it stands, why it was written."""
    unknown = reader(locale).gettext("Import")
    return [
        {
            "who": names.get(one.written_by, unknown) if one.written_by else unknown,
            "when": local(who, one.written_at),
            "number": one.version,
            "state": STATES[one.state],
            "why": one.reason,
            "href": f"{prefix}/life/meetings/{one.id}",
        }
        for one in versions
    ]


async def _names(session: AsyncSession, people: Sequence[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    wanted = {person for person in people if person is not None}
    if not wanted:
        return {}
    rows = await session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return dict(rows.all())
