"""Exports: one's own, those that wait for one's word, one entry with its files, and the decision of a second person."""

import uuid
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Stream
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.exports.asking import approve, may_decide, refuse
from zhibu_core.exports.declared import kinds_for
from zhibu_core.exports.ending import discard_all, end, is_open, may_end
from zhibu_core.exports.form import MAKE, reach_of
from zhibu_core.exports.reading import READ, Line, Search, entry_of, register, take, waiting_for
from zhibu_core.platform import Platform
from zhibu_core.storage.objects import open_object
from zhibu_core.tenancy.limits import REPORT
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Link
from zhibu_web.export_words import ExportWords
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.render import reader

HERE = "/exchange/exports"
DOOR = "exchange"


@get(HERE, opt={"action": "export.make"})
async def exports(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """What can be exported, and the newest exports that one has asked for."""
    locale = locale_of_request(request)
    kinds = [kind for kind in kinds_for(platform, who.plugins).values() if reach_of(who, kind)]
    context = {
        "here": f"{prefix_of(request)}{HERE}",
        "kinds": [(kind.key, kind.title.of(locale), kind.about.of(locale)) for kind in kinds],
        "rows": _rows(await register(session, who, Search()), ExportWords(platform, who, locale)),
    }
    return page(request, who, platform, "pages/exports.html", context, door=DOOR)


@get(HERE + "/waiting", opt={"action": "export.approve"})
async def waiting_exports(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The exports of others that wait for the reader's word."""
    words = ExportWords(platform, who, locale_of_request(request))
    context = {"here": f"{prefix_of(request)}{HERE}", "rows": _rows(await waiting_for(session, who), words)}
    return page(request, who, platform, "pages/exports_waiting.html", context, door=DOOR)


@get(HERE + "/{export_id:uuid}", opt={"action": "home.read"})
async def export_entry(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    export_id: FromPath[uuid.UUID],
) -> Response[str]:
    """One export, for who asked for it, who may decide on it, and the auditor; unknown to everybody else."""
    return await _entry(request, who, platform, session, export_id, None)


@post(HERE + "/{export_id:uuid}/decision", opt={"action": "export.approve", "limits": REPORT})
async def decide_export(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    export_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Agrees, upon which the files are made, or refuses with a reason."""
    form = await request.form()
    try:
        if form.get("decision") == "approve":
            await approve(platform, session, who, export_id)
        else:
            await refuse(session, who, export_id, str(form.get("reason", "")).strip())
    except InvalidInput as error:
        return await _entry(request, who, platform, session, export_id, error)
    return Redirect(f"{prefix_of(request)}{HERE}/{export_id}?done=decided", status_code=303)


@post(HERE + "/{export_id:uuid}/end", opt={"action": "home.read"})
async def end_export(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    export_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Ends it before its last day; unknown to whoever neither asked for it nor decides on such."""
    form = await request.form()
    try:
        _, names = await end(session, who, export_id, str(form.get("reason", "")).strip())
    except InvalidInput as error:
        return await _entry(request, who, platform, session, export_id, error, form="end")
    await session.commit()
    await discard_all(platform, names)
    return Redirect(f"{prefix_of(request)}{HERE}/{export_id}?done=ended", status_code=303)


@get(HERE + "/{export_id:uuid}/files/{recipient_id:uuid}", opt={"action": "export.make", "uncompressed": True})
async def take_export(
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    export_id: FromPath[uuid.UUID],
    recipient_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """A recipient's file; that it was taken is in the register and in the audit."""
    file = await take(session, who, export_id, recipient_id)
    reader_of_it = await open_object(platform, session, file.sha256)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Length": str(file.size),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Stream(reader_of_it.read(), media_type=file.content_type, headers=headers)


async def _entry(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    export_id: uuid.UUID,
    error: InvalidInput | None,
    form: str = "decision",
) -> Response[str]:
    entry = await entry_of(session, who, export_id)
    locale, here = locale_of_request(request), f"{prefix_of(request)}{HERE}"
    words, export = ExportWords(platform, who, locale), entry.line.export
    decides = export.state == "waiting" and export.expires_on >= who.today and may_decide(who, export)
    mine = who.actor is not None and export.asked_by == who.actor.person_id and who.may(MAKE)
    takes = mine and export.state == "ready" and export.expires_on >= who.today
    context = {
        "here": f"{here}/{export_id}",
        "back": _back(request, who, here),
        "export": export,
        "facts": words.facts(entry.line),
        "files": [(one.name, f"{here}/{export_id}/files/{one.id}" if takes else None) for one in entry.recipients],
        "taken": [(one.recipient, words.who(one.by, one.by), words.moment(one.at)) for one in entry.taken],
        "may_decide": decides,
        "may_end": is_open(who, export) and may_end(who, export) and not decides,
        "is_waiting": export.state == "waiting",
        "done": request.query_params.get("done", ""),
        "form": form if error else "",
        "error": error.message.of(locale) if error else None,
        "wrong_field": "why" if form == "end" else "reason",
        "has_errors": error is not None,
    }
    status = 422 if error else 200
    return page(request, who, platform, "pages/export.html", context, door=DOOR, status=status)


def _back(request: AnyRequest, who: Scope, here: str) -> Link:
    """The list that the reader comes from."""
    words = reader(locale_of_request(request))
    if who.may(READ, ""):
        return Link(words.gettext("Register of exports"), f"{here}/register")
    if who.may(MAKE):
        return Link(words.gettext("Exports"), here)
    return Link(words.gettext("Exports to approve"), f"{here}/waiting")


def _rows(lines: list[Line], words: ExportWords) -> list[dict[str, Any]]:
    return [
        {
            "id": line.export.id,
            "number": line.export.number,
            "what": words.join([words.kind(line.export), line.export.place]),
            "purpose": line.export.purpose,
            "by": words.who(line.asked_by, line.export.asked_by),
            "at": words.moment(line.export.asked_at),
            "persons": line.export.person_count,
            "state": words.state(line.export),
        }
        for line in lines
    ]
