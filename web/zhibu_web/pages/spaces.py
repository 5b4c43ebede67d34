"""Agreements with other tenants: the list, and one of them with its differences, signatures, and what may be done."""

import uuid
from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden, InvalidInput, ZhibuError
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.spaces.agreements import sign
from zhibu_core.spaces.cases.reading import OpenCase, open_matters
from zhibu_core.spaces.crossings import open_cases
from zhibu_core.spaces.ending import OPEN, revoke
from zhibu_core.spaces.models import SpaceVersion
from zhibu_core.spaces.offering import offered
from zhibu_core.spaces.powers import PROPOSE, REVOKE, SIGN, own_paths
from zhibu_core.spaces.reading import ROWS, Agreement, spaces_of, whole_of, wholes_of
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Cell, Column, Link
from zhibu_web.components import Row as TableRow
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.mounted import record_address, record_pages
from zhibu_web.render import reader
from zhibu_web.space_ending import REASONS, ending_of
from zhibu_web.space_words import SpaceWords

HERE = "/together/spaces"
ONE = HERE + "/{space_id:uuid}"
DOOR = "together"
COLUMNS = (
    Column(_L("Agreement")),
    Column(_L("Parties")),
    Column(_L("State")),
    Column(_L("Last day")),
    Column(_L("To do")),
)


@get(HERE, opt={"action": "space.read"})
async def spaces(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The agreements that the reader may see, newest first, and every case that is open (eleven statements)."""
    after = _key(request.query_params.get("after", ""))
    found = await spaces_of(session, who, after=after)
    locale, here = locale_of_request(request), f"{prefix_of(request)}{HERE}"
    words = SpaceWords(who, locale)
    wholes = await wholes_of(session, found[:ROWS])
    cases = [] if after else await open_cases(session, who)
    matters = [] if after else await open_matters(platform, session, who)
    terms = {one.space.id: one.terms(one.in_force or one.newest) for one in wholes}
    context = {
        "here": here,
        "columns": COLUMNS,
        "rows": [_row(whole, words, here) for whole in wholes],
        "next": f"{here}?after={found[ROWS - 1].id}" if len(found) > ROWS else None,
        "cases": [
            (
                f"{here}/{one.space_id}/ledger",
                words.kind(one.kind, terms[one.space_id]),
                one.other,
                words.crossing_state(one),
            )
            for one in cases
            if one.space_id in terms
        ],
        "matters": [_matter(request, who, one) for one in matters],
        "may_propose": who.may(PROPOSE),
    }
    return page(request, who, platform, "pages/spaces.html", context, door=DOOR)


@get(ONE, opt={"action": "space.read"})
async def space_page(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[str]:
    """One agreement: its words, what the newest version changes, who signed."""
    return await _shown(request, who, platform, session, space_id, None)


@post(ONE + "/sign", opt={"action": "space.sign"})
async def sign_space(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Signs the version that was shown."""
    form = await request.form()
    version = _key(str(form.get("version", "")))
    try:
        await sign(session, who, space_id, version or uuid.UUID(int=0))
    except (InvalidInput, Forbidden) as error:
        return await _shown(request, who, platform, session, space_id, error)
    return Redirect(f"{prefix_of(request)}{HERE}/{space_id}?done=signed", status_code=303)


@post(ONE + "/revoke", opt={"action": "space.revoke"})
async def revoke_space(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Ends it on this side at once, and sends word."""
    form = await request.form()
    chosen, own = str(form.get("why", "")), str(form.get("reason", "")).strip()
    known = REASONS.get(chosen) if chosen != "other" else None
    try:
        await revoke(
            session, who, space_id, own or (reader(locale_of_request(request)).gettext(str(known)) if known else "")
        )
    except InvalidInput as error:
        return await _shown(request, who, platform, session, space_id, error)
    return Redirect(f"{prefix_of(request)}{HERE}/{space_id}?done=revoked", status_code=303)


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    space_id: uuid.UUID,
    error: ZhibuError | None,
) -> Response[str]:
    whole, locale = await whole_of(session, who, space_id), locale_of_request(request)
    words, here, newest = SpaceWords(who, locale), f"{prefix_of(request)}{HERE}/{space_id}", whole.newest
    holding = whole.in_force or newest
    terms, is_open = whole.terms(holding), whole.space.state in OPEN
    paths = await own_paths(session, space_id)
    may = {action: is_open and all(who.may(action, path) for path in paths) for action in (SIGN, PROPOSE, REVOKE)}
    context = {
        "here": here,
        "title": whole.space.title,
        "back": _crumbs(request),
        "facts": words.facts(whole, terms),
        "shares": [(one.title, words.share(one, terms), words.reasons(one)) for one in terms.shares],
        "state": whole.space.state,
        "changes": whole.pending,
        "draft": _version(whole, newest, words) if newest.id != holding.id else None,
        "versions": [_version(whole, one, words) for one in whole.versions],
        "to_sign": newest.id if may[SIGN] and whole.waits_for_own else None,
        "waits_for": [] if not is_open else _missing(whole, newest),
        "may_change": may[PROPOSE],
        "ending": ending_of(whole, prefix_of(request)) if may[REVOKE] else None,
        "was_proposal": whole.in_force is None,
        "together": _together(request, who, whole),
        "offers": _offers(platform, who, whole, paths, here, locale),
        "done": request.query_params.get("done", ""),
        "error": error.message.of(locale) if error else None,
        "wrong_field": (error.field or "sign") if error else "",
        "has_errors": error is not None,
    }
    return page(request, who, platform, "pages/space.html", context, door=DOOR, status=_status(error))


def _together(request: AnyRequest, who: Scope, whole: Agreement) -> str | None:
    """The page that a plugin has for what is done under an agreement."""
    shown = record_pages(request.app, who).get("space") if whole.in_force else None
    return record_address(prefix_of(request), shown, whole.space.id) if shown else None


def _offers(
    platform: Platform, who: Scope, whole: Agreement, paths: Sequence[str], here: str, locale: str
) -> list[tuple[str, str]]:
    """The addresses where records are chosen to be published, with what they are; none while nothing can cross."""
    space, version = whole.space, whole.in_force
    if version is None or space.state != "in_force" or not space.starts_on <= who.today <= space.ends_on:
        return []
    kinds = offered(platform, who, whole.terms(version), paths)
    return [(f"{here}/publish/{one.kind}", one.title.of(locale)) for one in kinds]


def _status(error: ZhibuError | None) -> int:
    if error is None:
        return 200
    return 403 if isinstance(error, Forbidden) else 422


def _version(whole: Agreement, version: SpaceVersion, words: SpaceWords) -> dict[str, Any]:
    return {
        "number": version.number,
        "by": whole.named(version.made_by_party, version.made_by),
        "at": words.moment(version.made_at),
        "note": version.note,
        "holds": version.id == whole.space.in_force_id,
        "is_over": whole.space.state not in OPEN,
        "signed": [
            (whole.named(party, one.signer), one.post, words.moment(one.signed_at))
            for party, one in whole.signed(version).items()
        ],
    }


def _missing(whole: Agreement, version: SpaceVersion) -> list[str]:
    """The tenants whose signature the version waits for."""
    names = {one.party: one.tenant_name for one in whole.parties}
    return [name for party, name in names.items() if party not in whole.signed(version)]


def _row(whole: Agreement, words: SpaceWords, here: str) -> TableRow:
    space = whole.space
    todo = reader(words.locale).gettext("Read and sign") if whole.waits_for_own else ""
    cells = (Cell(words.parties(whole), lead=True), words.state(space), str(space.ends_on), todo)
    return TableRow(space.title, cells, f"{here}/{space.id}")


def _matter(request: AnyRequest, who: Scope, one: OpenCase) -> dict[str, Any]:
    """A line of an open case: what, whose, where it stands, and by when something is due."""
    prefix, shown = prefix_of(request), record_pages(request.app, who).get(one.case.kind)
    return {
        "href": record_address(prefix, shown, one.case.id) if shown else f"{prefix}{HERE}/{one.case.space_id}/ledger",
        "title": one.title,
        "other": one.other,
        "state": one.state_title,
        "due": one.case.due_on,
        "late": one.is_overdue,
    }


def _crumbs(request: AnyRequest) -> list[Link]:
    return [Link(reader(locale_of_request(request)).gettext("Agreements"), f"{prefix_of(request)}{HERE}")]


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
