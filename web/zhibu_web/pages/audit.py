"""The audit as people see it: who saw my data, for everybody; the search over all deeds, for the auditor."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Request, Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.audit.nightly import latest_check
from zhibu_core.audit.reading import Search, accesses_to, search
from zhibu_core.audit.refusals import FAILED, REFUSED
from zhibu_core.exports.reading import containing
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_web.audit_words import DEEDS, AccessWords
from zhibu_web.components import Cell, Column, Option
from zhibu_web.components import Row as TableRow
from zhibu_web.export_words import ExportWords
from zhibu_web.formats import moment_long
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.render import reader

HEADS = (_L("When"), _L("Deed"), _L("Who"), _L("Concerning"), _L("Fields"), _L("Purpose"), _L("Through"))
KEYS = ("action", "person", "object", "since", "until")


@get("/me/accesses", opt={"action": "audit.read_own"})
async def my_accesses(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """Who of the others opened or changed the reader's own record, when, which fields, and what for."""
    found = await accesses_to(session, who, request.query_params.get("after", ""))
    locale, here = locale_of_request(request), f"{prefix_of(request)}/me/accesses"
    words = AccessWords(platform, who, locale)
    zone = ZoneInfo(who.tenant.zone)
    rows = [
        {
            "who": words.actor(row),
            "what": words.action(row),
            "at": row.at.astimezone(zone),
            "fields": words.fields(row),
            "purpose": row.purpose,
        }
        for row in found.rows
    ]
    context = {
        "rows": rows,
        "here": here,
        "next": f"{here}?after={found.after}" if found.after else None,
        "exports": await _containing_me(session, who, ExportWords(platform, who, locale)),
    }
    return page(request, who, platform, "pages/accesses.html", context, door="mine")


async def _containing_me(session: AsyncSession, who: Scope, words: ExportWords) -> list[dict[str, str]]:
    """The newest exports that list the reader: what for, to whom, which fields; nobody else who is listed."""
    return [
        {
            "number": line.export.number,
            "what": words.kind(line.export),
            "at": words.moment(line.export.asked_at),
            "by": words.who(line.asked_by, line.export.asked_by),
            "purpose": line.export.purpose,
            "recipients": words.join(line.export.recipients),
            "fields": words.fields(line.export.fields, line.export.kind),
        }
        for line in await containing(session, who.person())
    ]


@get("/audit", opt={"action": "audit.read"})
async def audit(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """All deeds, newest first, fifty a page; that somebody was searched for is a deed itself."""
    asked = {key: request.query_params.get(key, "").strip() for key in KEYS}
    days, wrong = _days(asked, locale_of_request(request))
    filters = Search(asked["action"], asked["person"], asked["object"], **days)
    after = request.query_params.get("after", "")
    found = await search(session, who, filters, after)
    if asked["person"] and not after:
        await note(session, who, "audit.read", "audit", fields=["person"])
    context = _list(request, who, platform, asked, found) | {"wrong": wrong, "has_errors": bool(wrong)}
    context["check"] = await latest_check(session)
    context["zone"] = ZoneInfo(who.tenant.zone)
    status = 422 if wrong else 200
    return page(request, who, platform, "pages/audit.html", context, door="audit", status=status, block="list")


def _list(request: AnyRequest, who: Scope, platform: Platform, asked: dict[str, str], found: Any) -> dict[str, Any]:
    locale, here = locale_of_request(request), f"{prefix_of(request)}/audit"
    words, zone = AccessWords(platform, who, locale), ZoneInfo(who.tenant.zone)
    given = {key: value for key, value in asked.items() if value}
    every = Option("", reader(locale).pgettext("filter", "All"))
    actions = sorted(platform.scopes.policy(who.plugins).actions.values(), key=lambda action: action.key)
    return {
        "here": here,
        "asked": asked,
        "given": given,
        "columns": [Column(head) for head in HEADS],
        "rows": [_row(row, words, zone, locale) for row in found.rows],
        "next": f"{here}?{urlencode(given | {'after': found.after})}" if found.after else None,
        "actions": [
            every,
            *(Option(deed, DEEDS[deed]) for deed in (REFUSED, FAILED)),
            *(Option(action.key, action.title) for action in actions),
        ],
    }


def _row(row: Any, words: AccessWords, zone: ZoneInfo, locale: str) -> TableRow:
    cells = (
        Cell(words.action(row), lead=True),
        words.actor(row),
        words.object(row),
        words.fields(row, whole=True),
        row.purpose or "",
        words.client(row),
    )
    return TableRow(moment_long(row.at.astimezone(zone), locale, weekday=False), cells)


def _days(asked: dict[str, str], locale: str) -> tuple[dict[str, dt.date | None], list[tuple[str, str]]]:
    """The two days, and for each that is none the field and what to write instead."""
    days: dict[str, dt.date | None] = {"since": None, "until": None}
    wrong = []
    for key in days:
        try:
            days[key] = dt.date.fromisoformat(asked[key]) if asked[key] else None
        except ValueError:
            said = reader(locale).gettext("Write the day as in %(example)s.") % {"example": "2026-09-01"}
            wrong.append((key, said))
    return days, wrong
