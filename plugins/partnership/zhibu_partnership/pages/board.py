"""The board: what consenting tenants offer and need, newest first; and one line of it with what of ours answers it."""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import not_found
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.spaces.board import CATEGORIES, Asked, Place, Posted, board_count, board_page, is_listed, posted
from zhibu_core.spaces.board_matching import reasons_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_graphql.cursors import read_cursor, write_cursor
from zhibu_partnership.actions import BOARD, READ
from zhibu_partnership.drafts import KINDS
from zhibu_partnership.entries import entries_of
from zhibu_partnership.pages.words import CATEGORY_OPTIONS, KIND_OPTIONS, facts_of, people_words, term_words
from zhibu_partnership.plan.sharing import USUAL
from zhibu_partnership.publishing import line_of
from zhibu_web.components import Cell, Column, Link, Option, Row
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.render import reader

HERE = "/partnership/board"
SHOWN = 20
OWN_ANSWERS = 100
COLUMNS = (
    Column(_L("Title", "of an entry")),
    Column(_L("What")),
    Column(_L("Whose", "entry")),
    Column(_L("When, how many")),
    Column(_L("Stands until")),
)


@get(HERE, opt={"action": BOARD})
async def board_shown(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The lines in force that are asked for, twenty a page."""
    given = request.query_params
    asked = Asked(
        _one_of(given.get("kind", ""), KINDS),
        _one_of(given.get("category", ""), CATEGORIES),
        given.get("place", "")[:60],
    )
    after = _place_of(given.get("after", ""))
    found = await board_page(session, asked, who.today, limit=SHOWN + 1, after=after)
    locale, prefix = locale_of_request(request), prefix_of(request)
    here = f"{prefix}{HERE}"
    every = Option("", reader(locale).pgettext("filter", "All"))
    context = {
        "here": here,
        "asked": asked,
        "kinds": [every, *KIND_OPTIONS],
        "categories": [every, *CATEGORY_OPTIONS],
        "columns": COLUMNS,
        "rows": [row_of(one, f"{here}/{one.slug}/{one.line.id}", locale) for one in found[:SHOWN]],
        "count": await board_count(session, asked, who.today),
        "next": _next(here, asked, found),
        "listed": await is_listed(session),
        "listing": f"{prefix}/partnership/listing",
    }
    return page(request, who, platform, "partnership/board.html", context, door="together", block="list")


@get(HERE + "/{unit:str}/{line_id:uuid}", opt={"action": BOARD})
async def board_line(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    unit: FromPath[str],
    line_id: FromPath[uuid.UUID],
) -> Response[str]:
    """One line as everybody reads it, and which entries of ours go with it, with the reasons."""
    found = await posted(session, unit, line_id, who.today)
    if found is None:
        raise not_found(Words("供需板上的条目", "entry on the board"), str(line_id))
    locale, prefix = locale_of_request(request), prefix_of(request)
    context = {
        "posted": found,
        "facts": facts_of(found.line, locale, tenant=found.tenant),
        "ours": [] if unit == who.tenant.slug else await _ours(session, who, found, prefix),
        "is_own": unit == who.tenant.slug,
        "propose": _proposing(found, prefix) if unit != who.tenant.slug and who.may("space.propose") else None,
        "crumbs": (Link(_L("Board"), f"{prefix}{HERE}"), Link(found.line.title)),
    }
    return page(request, who, platform, "partnership/board_line.html", context, door="together")


async def _ours(session: AsyncSession, who: Scope, found: Posted, prefix: str) -> list[dict[str, Any]]:
    """Entries that the asker may read and that answer a line: of its category, at a time that suits both."""
    if not who.may(READ):
        return []
    wanted = "offer" if found.line.kind == "need" else "need"
    entries = await entries_of(session, who, kind=wanted, category=found.line.category, limit=OWN_ANSWERS)
    pairs = [(entry, place, reasons_of(found.line, line_of(entry, place))) for entry, place in entries]
    return [
        {"link": Link(entry.title, f"{prefix}/partnership/entries/{entry.id}"), "place": place.name, "reasons": reasons}
        for entry, place, reasons in pairs
        if all(reason.holds for reason in reasons if reason.about in ("category", "term"))
    ]


def _proposing(found: Posted, prefix: str) -> str:
    """The form of an agreement with the other side filled in."""
    given = {
        "other": found.slug,
        "organization": found.line.organization,
        "title": found.line.title,
        "share": ",".join(USUAL),
    }
    return f"{prefix}/together/spaces/new?{urlencode(given)}"


def row_of(one: Posted, href: str, locale: str) -> Row:
    """A line of the board as a row."""
    line = one.line
    joint = reader(locale).pgettext("list", ", ")
    what = joint.join((KINDS[line.kind].of(locale), CATEGORIES[line.category].of(locale)))
    when = joint.join(
        filter(
            None, (line.place, term_words(line.starts_on, line.ends_on, locale), people_words(line.capacity, locale))
        )
    )
    whose = joint.join((line.organization, one.tenant))
    return Row(line.title, (Cell(what, lead=True), whose, when, line.valid_until.isoformat()), href)


def _one_of(value: str, known: Any) -> str:
    return value if value in known else ""


def _place_of(cursor: str) -> Place | None:
    if not cursor:
        return None
    moment, key = read_cursor(cursor, (dt.datetime, uuid.UUID))
    return moment, key


def _next(here: str, asked: Asked, found: list[Posted]) -> str | None:
    if len(found) <= SHOWN:
        return None
    last = found[SHOWN - 1].line
    given = {"kind": asked.kind, "category": asked.category, "place": asked.place}
    return (
        f"{here}?{urlencode({k: v for k, v in given.items() if v} | {'after': write_cursor((last.said_at, last.id))})}"
    )
