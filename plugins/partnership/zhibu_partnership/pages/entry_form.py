"""The form of an offer or need: adding one for an organization, changing one."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.i18n import _L
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.spaces.board import is_listed
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import WRITE
from zhibu_partnership.drafts import EntryDraft
from zhibu_partnership.entries import FIELDS, change_entry, entry_to_write, write_entry
from zhibu_partnership.pages.entries import HERE
from zhibu_partnership.pages.places import choose, organization_named
from zhibu_partnership.pages.words import CATEGORY_OPTIONS, KIND_OPTIONS
from zhibu_web.components import Link
from zhibu_web.forms import day_in, refusal
from zhibu_web.framing import AnyRequest, page, prefix_of

STANDS_DAYS = 180
Typed = Mapping[str, str]


@get(HERE + "/add", opt={"action": WRITE})
async def add_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The empty form of one organization; half a year on the board is proposed. Or which organization."""
    code = request.query_params.get("org", "")
    place = await organization_named(session, who, code, WRITE)
    if place is None:
        return await choose(request, who, platform, session, WRITE, f"{HERE}/add", _L("New offer or need"))
    until = who.today + dt.timedelta(days=STANDS_DAYS)
    typed = dict.fromkeys(FIELDS, "") | {"kind": "need", "valid_until": until.isoformat()}
    return await _shown(request, who, platform, session, place, typed, f"/add?org={place.code}")


@post(HERE + "/add", opt={"action": WRITE})
async def add_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Keeps the entry and shows what answers it; what is wrong is shown beside what was typed."""
    place = await organization_named(session, who, request.query_params.get("org", ""), WRITE)
    if place is None:
        return await choose(request, who, platform, session, WRITE, f"{HERE}/add", _L("New offer or need"))
    typed = await _typed(request)
    try:
        entry = await write_entry(session, who, draft_of(place.id, typed))
    except InvalidInput as error:
        return await _shown(request, who, platform, session, place, typed, f"/add?org={place.code}", error)
    return Redirect(f"{prefix_of(request)}{HERE}/{entry.id}", status_code=303)


@get(HERE + "/{entry_id:uuid}/change", opt={"action": WRITE})
async def change_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    entry_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The form with what the entry says now."""
    entry, place = await entry_to_write(session, who, entry_id)
    typed = {name: "" if (value := getattr(entry, name)) is None else str(value) for name in FIELDS}
    return await _shown(request, who, platform, session, place, typed, f"/{entry_id}/change")


@post(HERE + "/{entry_id:uuid}/change", opt={"action": WRITE})
async def change_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    entry_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Keeps the changes, here and on the board."""
    _, place = await entry_to_write(session, who, entry_id)
    typed = await _typed(request)
    try:
        await change_entry(session, who, entry_id, draft_of(place.id, typed))
    except InvalidInput as error:
        return await _shown(request, who, platform, session, place, typed, f"/{entry_id}/change", error)
    return Redirect(f"{prefix_of(request)}{HERE}/{entry_id}", status_code=303)


def draft_of(place: uuid.UUID, typed: Typed) -> EntryDraft:
    """What the fields say; raises `InvalidInput` for a date or a number that cannot be read."""
    texts: dict[str, Any] = {name: typed[name] for name in ("kind", "category", "title", "about", "place")}
    until = _day(typed, "valid_until")
    if until is None:
        said = Words("请填写有效期，例如 2026-09-01。", "Say until when it stands, like 2026-09-01.")
        raise InvalidInput("valid_until", said, field="valid_until")
    days: dict[str, Any] = {"starts_on": _day(typed, "starts_on"), "ends_on": _day(typed, "ends_on")}
    return EntryDraft(place, **texts, **days, valid_until=until, capacity=_number(typed["capacity"]))


def _day(typed: Typed, name: str) -> dt.date | None:
    return day_in(typed[name], name) if typed[name] else None


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        said = Words("人数请填写整数，或者留空。", "Write the number of people as a whole number, or leave it empty.")
        raise InvalidInput("capacity", said, field="capacity")
    return int(text)


async def _typed(request: AnyRequest) -> dict[str, str]:
    form = await request.form()
    return {name: str(form.get(name, "") or "").strip() for name in FIELDS}


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    place: Organization,
    typed: Typed,
    action: str,
    error: InvalidInput | None = None,
) -> Response[str]:
    prefix = prefix_of(request)
    is_new = action.startswith("/add")
    title = _L("New offer or need") if is_new else _L("Change the offer or need")
    context = {
        "title": title,
        "place": place,
        "typed": typed,
        "kinds": KIND_OPTIONS,
        "categories": CATEGORY_OPTIONS,
        "listed": await is_listed(session),
        "action": f"{prefix}{HERE}{action}",
        "crumbs": (Link(_L("Offers and needs"), f"{prefix}{HERE}"), Link(title)),
        **refusal(error, "title"),
    }
    status = 422 if error else 200
    return page(request, who, platform, "partnership/entry_form.html", context, door="together", status=status)
