"""Our offers and needs: the list, and one of them with what the board has that answers it, and why."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.spaces.board import CATEGORIES, is_listed
from zhibu_core.spaces.board_matching import Match, matches_of
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.cursors import read_cursor, write_cursor
from zhibu_partnership.actions import BOARD, READ, WRITE
from zhibu_partnership.drafts import KINDS
from zhibu_partnership.entries import Found, entries_of, entry_of, withdraw_entry
from zhibu_partnership.pages.words import CATEGORY_OPTIONS, KIND_OPTIONS, facts_of, people_words, term_words
from zhibu_partnership.publishing import line_of
from zhibu_web.components import Cell, Column, Link, Option, Row
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.render import reader

HERE = "/partnership/entries"
SHOWN = 50
COLUMNS = (
    Column(_L("Title", "of an entry")),
    Column(_L("What")),
    Column(_L("Organization")),
    Column(_L("When, how many")),
    Column(_L("Stands until")),
)


@get(HERE, opt={"action": READ})
async def entries_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The entries in force that the asker may read, newest first."""
    given = request.query_params
    kind, category = given.get("kind", ""), given.get("category", "")
    kind, category = kind if kind in KINDS else "", category if category in CATEGORIES else ""
    after = read_cursor(given["after"], (dt.datetime, uuid.UUID)) if given.get("after") else None
    found = await entries_of(session, who, kind=kind, category=category, limit=SHOWN + 1, after=after)
    locale, prefix = locale_of_request(request), prefix_of(request)
    every = Option("", reader(locale).pgettext("filter", "All"))
    here = f"{prefix}{HERE}"
    context = {
        "here": here,
        "kind": kind,
        "category": category,
        "kinds": [every, *KIND_OPTIONS],
        "categories": [every, *CATEGORY_OPTIONS],
        "columns": COLUMNS,
        "rows": [_row(one, here, locale) for one in found[:SHOWN]],
        "next": _next(here, kind, category, found),
        "add": f"{here}/add" if who.may(WRITE) else None,
        "listed": await is_listed(session),
        "listing": f"{prefix}/partnership/listing",
    }
    return page(request, who, platform, "partnership/entries.html", context, door="together", block="list")


@get(HERE + "/{entry_id:uuid}", opt={"action": READ})
async def entry_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    entry_id: FromPath[uuid.UUID],
) -> Response[str]:
    """One entry, and each line of the board that answers it with the reasons."""
    entry, place = await entry_of(session, who, entry_id)
    locale, prefix = locale_of_request(request), prefix_of(request)
    line = line_of(entry, place)
    stands = entry.withdrawn_on is None and entry.valid_until >= who.today
    matches = await matches_of(session, line, who.today) if stands and who.may(BOARD) else []
    context = {
        "entry": entry,
        "place": place,
        "facts": facts_of(line, locale),
        "stands": stands,
        "listed": await is_listed(session),
        "matches": [_match(one, prefix) for one in matches],
        "here": f"{prefix}{HERE}/{entry.id}" if stands and who.may(WRITE, place.path) else None,
        "crumbs": (Link(_L("Offers and needs"), f"{prefix}{HERE}"), Link(entry.title)),
    }
    return page(request, who, platform, "partnership/entry.html", context, door="together")


@post(HERE + "/{entry_id:uuid}/withdraw", opt={"action": WRITE})
async def withdraw(
    request: AnyRequest,
    who: NamedDependency[Scope],
    session: NamedDependency[AsyncSession],
    entry_id: FromPath[uuid.UUID],
) -> Redirect:
    """Takes the entry back, here and on the board."""
    await withdraw_entry(session, who, entry_id)
    return Redirect(f"{prefix_of(request)}{HERE}", status_code=303)


def _row(found: Found, here: str, locale: str) -> Row:
    entry, place = found
    joint = reader(locale).pgettext("list", ", ")
    what = joint.join((KINDS[entry.kind].of(locale), CATEGORIES[entry.category].of(locale)))
    when = (entry.place, term_words(entry.starts_on, entry.ends_on, locale), people_words(entry.capacity, locale))
    cells = (
        Cell(what, lead=True),
        place.short_name or place.name,
        joint.join(filter(None, when)),
        entry.valid_until.isoformat(),
    )
    return Row(entry.title, cells, f"{here}/{entry.id}")


def _match(one: Match, prefix: str) -> dict[str, Any]:
    where = f"{prefix}/partnership/board/{one.posted.slug}/{one.posted.line.id}"
    return {"link": Link(one.posted.line.title, where), "posted": one.posted, "reasons": one.reasons}


def _next(here: str, kind: str, category: str, found: Any) -> str | None:
    if len(found) <= SHOWN:
        return None
    last = found[SHOWN - 1][0]
    given = {"kind": kind, "category": category, "after": write_cursor((last.said_at, last.id))}
    return f"{here}?{urlencode({key: value for key, value in given.items() if value})}"
