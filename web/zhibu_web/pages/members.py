"""Members: the list by surname, one member's record, and the sensitive values that are shown for a stated purpose."""

import uuid
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import NotFound
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.components import Cell, Column, Link, Option
from zhibu_web.components import Row as TableRow
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.labels import CLASSES, STATUSES
from zhibu_web.pages.record import record_context
from zhibu_web.reading.members import Filters, MemberPage, Record, members_page, record_of, secrets_of
from zhibu_web.render import reader

LONGEST_PURPOSE = 200
HEADS = (_L("Name"), _L("Branch", "of a person"), _L("Kind of member"), _L("State"), _L("Joined"), _L("Post"))
SENSITIVE = ("citizen_id", "phone", "telephone", "address")


@get("/people/members", opt={"action": "member.read"})
async def members(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The members that the reader may see, fifty a page."""
    asked = request.query_params
    filters = Filters(*(asked.get(key, "").strip() for key in ("organization", "class", "status", "name")))
    found = await members_page(session, who, filters, asked.get("after", ""))
    return page(
        request, who, platform, "pages/members.html", _list(request, filters, found), door="people", block="list"
    )


def _list(request: AnyRequest, filters: Filters, found: MemberPage) -> dict[str, Any]:
    words, prefix = reader(locale_of_request(request)), prefix_of(request)
    here = f"{prefix}/people/members"
    every = Option("", words.pgettext("filter", "All"))
    return {
        "here": here,
        "filters": filters,
        "columns": [Column(head) for head in HEADS],
        "rows": [_row(row, f"{here}/{row.id}", locale_of_request(request)) for row in found.rows],
        "next": f"{here}?{urlencode(filters.query() | {'after': found.after})}" if found.after else None,
        "classes": [every, *(Option(key, word) for key, word in CLASSES.items())],
        "statuses": [every, *(Option(key, word) for key, word in STATUSES.items())],
    }


def _row(row: Any, href: str, locale: str) -> TableRow:
    marks = [word for flag, word in ((row.is_lost, "lost"), (row.is_mobile, "mobile")) if flag]
    words = reader(locale)
    named = {"lost": words.gettext("contact lost"), "mobile": words.gettext("mobile")}
    state = [STATUSES[row.status].of(locale), *(named[mark] for mark in marks)] if row.status in STATUSES else marks
    member_class = CLASSES[row.member_class].of(locale) if row.member_class in CLASSES else ""
    cells = (
        row.short_name or row.branch,
        Cell(member_class, lead=True),
        words.pgettext("list", ", ").join(state),
        row.joined_on.isoformat(),
        row.party_post or "",
    )
    return TableRow(row.name, cells, href)


@get("/people/members/{person_id:uuid}", opt={"action": "member.read"})
async def member(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    person_id: FromPath[uuid.UUID],
) -> Response[str]:
    """One member's record, sensitive values masked; that somebody else opened it is in the audit."""
    record = await _readable(platform, session, who, person_id)
    if person_id != who.person():
        await note(session, who, "member.read", "person", person_id, fields=["record"])
    context = await record_context(request, who, platform, record, own=False)
    return page(request, who, platform, "pages/member.html", context, door="people")


@get("/people/members/{person_id:uuid}/unmask", opt={"action": "member.unmask"})
async def ask_purpose(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    person_id: FromPath[uuid.UUID],
) -> Response[str]:
    """What for? The answer goes into the audit before anything is shown."""
    record = await _unmaskable(platform, session, who, person_id)
    context = _asking(request, record, None)
    return page(request, who, platform, "pages/unmask.html", context, door="people")


@post("/people/members/{person_id:uuid}/unmask", opt={"action": "member.unmask"}, status_code=200)
async def unmask(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    person_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The values, once, for the purpose given; who read whose and what for is in the audit."""
    record = await _unmaskable(platform, session, who, person_id)
    purpose = str((await request.form()).get("purpose", "")).strip()
    if not purpose or len(purpose) > LONGEST_PURPOSE:
        words = reader(locale_of_request(request))
        error = words.gettext("Say in up to %(count)s characters what you need the values for.") % {
            "count": LONGEST_PURPOSE
        }
        return page(
            request, who, platform, "pages/unmask.html", _asking(request, record, error), door="people", status=422
        )
    await note(session, who, "member.unmask", "person", person_id, fields=SENSITIVE, purpose=purpose)
    context = await record_context(request, who, platform, record, own=False)
    context |= {"shown": secrets_of(platform, who, record.person), "purpose": purpose}
    return page(request, who, platform, "pages/member.html", context, door="people")


def _asking(request: AnyRequest, record: Record, error: str | None) -> dict[str, Any]:
    return {
        "record": record,
        "error": error,
        "has_errors": error is not None,
        "here": f"{prefix_of(request)}/people/members/{record.person.id}",
        "back": Link(record.person.name, f"{prefix_of(request)}/people/members/{record.person.id}"),
    }


async def _readable(platform: Platform, session: AsyncSession, who: Scope, person_id: uuid.UUID) -> Record:
    """The record; a person out of reach answers like an unknown one."""
    record = await record_of(platform, session, who, person_id)
    if record.path is None or not who.may("member.read", record.path):
        raise NotFound("not_found", Words("没有找到所请求的内容。", "What was asked for was not found."))
    return record


async def _unmaskable(platform: Platform, session: AsyncSession, who: Scope, person_id: uuid.UUID) -> Record:
    record = await _readable(platform, session, who, person_id)
    who.require("member.unmask", record.path)
    return record
