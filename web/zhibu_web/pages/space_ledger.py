"""What crossed under an agreement, line by line, and the records that the other side gave."""

import uuid
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.http.files import link_of
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.spaces.copies import copies_of, files_of_copies, read_copies
from zhibu_core.spaces.crossings import ROWS, Crossing, ledger
from zhibu_core.spaces.declared import shareables_for
from zhibu_core.spaces.reading import whole_of
from zhibu_core.spaces.terms import Terms
from zhibu_core.storage.links import no_such_file
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Cell, Column, Link
from zhibu_web.components import Row as TableRow
from zhibu_web.framing import locale_of_request, page, prefix_of
from zhibu_web.pages.spaces import DOOR, ONE, _crumbs, _key
from zhibu_web.render import reader
from zhibu_web.space_words import SpaceWords

RECORDS = 20
COLUMNS = (
    Column(_L("When", "crossing")), Column(_L("What crossed")), Column(_L("From, to")), Column(_L("By whom")),
    Column(_L("Fields")), Column(_L("State")), Column(_L("Who read it")),
)  # fmt: skip


@get(ONE + "/ledger", opt={"action": "space.read"})
async def space_ledger(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[str]:
    """Fifty lines a page, newest first: what both sides see (nine statements)."""
    whole = await whole_of(session, who, space_id)
    records_only = request.query_params.get("what") != "all"
    before = _key(request.query_params.get("before", ""))
    lines = await ledger(session, who, space_id, records_only=records_only, before=before)
    words, terms = SpaceWords(who, locale_of_request(request)), whole.terms(whole.in_force or whole.newest)
    here = request.url.path.removesuffix("/ledger")
    what = "" if records_only else "&what=all"
    context = {
        "here": f"{here}/ledger",
        "title": whole.space.title,
        "back": [*_crumbs(request), Link(whole.space.title, here)],
        "columns": COLUMNS,
        "rows": [_row(one, words, terms, who) for one in lines[:ROWS]],
        "next": f"{here}/ledger?before={lines[ROWS - 1].id}{what}" if len(lines) > ROWS else None,
        "records_only": records_only,
        "done": request.query_params.get("done", ""),
    }
    return page(request, who, platform, "pages/space_ledger.html", context, door=DOOR)


@get(ONE + "/records", opt={"action": "space.read"})
async def space_records(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The other side's records, newest first, as long as they may be read; that they were read is noted on both sides."""
    whole = await whole_of(session, who, space_id)
    after = _key(request.query_params.get("after", ""))
    copies = await copies_of(session, who, space_id=space_id, after=after, limit=RECORDS + 1)
    shown = copies[:RECORDS]
    await read_copies(session, who, shown)
    words, terms = SpaceWords(who, locale_of_request(request)), whole.terms(whole.in_force or whole.newest)
    names = {one.party: one.tenant_name for one in whole.parties}
    known = shareables_for(platform, who.plugins)
    here = request.url.path.removesuffix("/records")
    files = await files_of_copies(session, who, shown)
    records = [
        {
            "title": words.kind(copy.kind, terms),
            "from": names.get(copy.owner_tenant, ""),
            "at": words.moment(copy.made_at),
            "until": copy.expires_on,
            "facts": words.record(copy, terms, known.get(copy.kind)),
            "files": [(file.name, f"{here}/records/{copy.id}/files/{file.id}") for file in files[copy.id]],
        }
        for copy in shown
    ]
    context = {
        "title": whole.space.title,
        "back": [*_crumbs(request), Link(whole.space.title, here)],
        "records": records,
        "next": f"{here}/records?after={shown[-1].id}" if len(copies) > RECORDS else None,
    }
    return page(request, who, platform, "pages/space_records.html", context, door=DOOR)


@get(ONE + "/records/{copy_id:uuid}/files/{file_id:uuid}", opt={"action": "space.read"})
async def space_file(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    copy_id: FromPath[uuid.UUID],
    file_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Leads to a file that came with a record, by a link that is good for minutes."""
    copies = await copies_of(session, who, space_id=space_id, copy_ids=[copy_id])
    files = await files_of_copies(session, who, copies)
    file = next((one for one in files.get(copy_id, ()) if one.id == file_id), None)
    if file is None:
        raise no_such_file()
    await read_copies(session, who, copies)
    address, _ = link_of(platform, who, prefix_of(request), file)
    return Response(None, status_code=303, headers={"Location": address})


def _row(line: Crossing, words: SpaceWords, terms: Terms, who: Scope) -> TableRow:
    text = reader(words.locale)
    ends = (who.tenant.name, line.other) if line.direction == "out" else (line.other, who.tenant.name)
    cells = (
        Cell(words.kind(line.kind, terms), lead=True),
        text.gettext("%(sender)s to %(receiver)s") % {"sender": ends[0], "receiver": ends[1]},
        line.by,
        words.fields(line, terms),
        words.crossing_state(line),
        words.reads(line),
    )
    return TableRow(words.moment(line.made_at), cells)
