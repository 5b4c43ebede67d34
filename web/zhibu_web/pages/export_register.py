"""The auditor's register of exports, and the tracing of a found file."""

import asyncio
import uuid
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput
from zhibu_core.exports.reading import READ, ROWS, Search, register
from zhibu_core.exports.tracing import Found, read_leaked_bytes, trace_for
from zhibu_core.i18n import _L
from zhibu_core.imports.unreadable import Unreadable
from zhibu_core.platform import Platform
from zhibu_core.tenancy.limits import REPORT
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Cell, Column, Option
from zhibu_web.components import Row as TableRow
from zhibu_web.export_words import STATES, ExportWords
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.pages.exports import DOOR, HERE
from zhibu_web.render import reader
from zhibu_web.uploading.files import ENDINGS, checked

HEADS = (
    _L("Number of the export"), _L("What"), _L("Purpose"), _L("Recipients"), _L("Asked for by"), _L("Asked for"),
    _L("Persons"), _L("State"),
)  # fmt: skip
KEYS = ("word", "person", "state")


@get(HERE + "/register", opt={"action": "export.read"})
async def export_register(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """Every export of the tenant, newest first, fifty a page; that somebody was searched for is noted."""
    who.require(READ, "")
    asked = {key: request.query_params.get(key, "").strip() for key in KEYS}
    after = _after(request.query_params.get("after", ""))
    lines = await register(session, who, Search(**asked), after)
    if asked["person"] and after is None:
        await note(session, who, READ, "export", fields=["person"])
    locale, here = locale_of_request(request), f"{prefix_of(request)}{HERE}"
    words, given = ExportWords(platform, who, locale), {key: value for key, value in asked.items() if value}
    more = {"after": str(lines[ROWS - 1].export.id)} if len(lines) > ROWS else None
    context = {
        "here": f"{here}/register",
        "trace": f"{here}/trace",
        "asked": asked,
        "given": given,
        "columns": [Column(head) for head in HEADS],
        "rows": [_row(line, words, here) for line in lines[:ROWS]],
        "next": f"{here}/register?{urlencode(given | more)}" if more else None,
        "states": [
            Option("", reader(locale).pgettext("filter", "All")),
            *(Option(key, word.of(locale)) for key, word in STATES.items()),
        ],
    }
    return page(request, who, platform, "pages/export_register.html", context, door=DOOR, block="list")


def _row(line: Any, words: ExportWords, here: str) -> TableRow:
    export = line.export
    cells = (
        Cell(words.join([words.kind(export), export.place]), lead=True),
        export.purpose,
        words.join(export.recipients),
        words.who(line.asked_by, export.asked_by),
        words.moment(export.asked_at),
        str(export.person_count),
        words.state(export),
    )
    return TableRow(export.number, cells, f"{here}/{export.id}")


def _after(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


@get(HERE + "/trace", opt={"action": "export.read"})
async def trace_page(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> Response[str]:
    """Where a found file is given."""
    who.require(READ, "")
    return _traced(request, who, platform, None, None)


@post(HERE + "/trace", opt={"action": "export.read", "limits": REPORT}, status_code=200)
async def trace_file(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """Names the export and the recipient; the file itself is not kept."""
    given = [one for one in (await request.form()).getall("files", []) if isinstance(one, UploadFile)]
    try:
        file = checked([(one.filename, await one.read()) for one in given[:1]])[0]
        leak = await asyncio.to_thread(read_leaked_bytes, file.content)
    except (InvalidInput, Unreadable) as error:
        return _traced(request, who, platform, None, error.message.of(locale_of_request(request)))
    found = await trace_for(platform, session, who, leak)
    return _traced(request, who, platform, found, None)


def _traced(
    request: AnyRequest, who: Scope, platform: Platform, found: list[Found] | None, error: str | None
) -> Response[str]:
    locale, here = locale_of_request(request), f"{prefix_of(request)}{HERE}"
    context = {
        "here": f"{here}/trace",
        "register": f"{here}/register",
        "accept": ",".join(ENDINGS),
        "found": None if found is None else [(one.sentence().of(locale), f"{here}/{one.export_id}") for one in found],
        "error": error,
        "has_errors": error is not None,
    }
    return page(request, who, platform, "pages/export_trace.html", context, door=DOOR, status=422 if error else 200)
