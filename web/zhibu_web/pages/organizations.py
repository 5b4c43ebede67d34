"""Organizations: the tree as it stood on a day, and one organization with its term, its committee and what is below."""

import datetime as dt
from collections import Counter
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.duties import Reach
from zhibu_core.ledger.rules import RuleBook
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import ancestors
from zhibu_core.periods import Period
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Cell, Column, Link, TreeNode
from zhibu_web.components import Row as TableRow
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.labels import kind_name
from zhibu_web.organization_words import HEADS, about, findings_in_words, posts_in_words
from zhibu_web.panels import panels_of
from zhibu_web.reading.home import first_missed, missed_of_organizations
from zhibu_web.reading.organizations import (
    Members,
    children_of,
    findings_of,
    in_office,
    members_below,
    organization_of,
    posts_of,
    sum_below,
    terms_of,
    tree_on,
)
from zhibu_web.render import reader

OPEN_LEVELS = 1
"""Levels of the tree that are open at first."""


@get("/people/organizations", opt={"action": "organization.read"})
async def organizations(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    today: NamedDependency[dt.date],
) -> Response[str]:
    """The tree in reach, today or on the day asked for; to those who reach one organization alone, its page."""
    typed = request.query_params.get("day", "").strip()
    day, error = _day(typed, today, locale_of_request(request))
    rows = await tree_on(session, who, day)
    if len(rows) == 1 and not typed:
        return await _one(request, who, platform, session, rows[0].code)
    counted = day == today and who.may("member.read")
    members = await members_below(session, "") if counted else {}
    prefix = prefix_of(request)
    context = {
        "nodes": _nodes(rows, members, who, prefix),
        "total": len(rows),
        "day": day,
        "typed": typed,
        "error": error,
        "has_errors": error is not None,
        "here": f"{prefix}/people/organizations",
    }
    status = 422 if error else 200
    return page(request, who, platform, "pages/organizations.html", context, door="people", status=status)


def _day(typed: str, today: dt.date, locale: str) -> tuple[dt.date, str | None]:
    try:
        return (dt.date.fromisoformat(typed) if typed else today), None
    except ValueError:
        message = reader(locale).gettext("“%(typed)s” is not a date. Write it like 2026-09-01.")
        return today, message % {"typed": typed}


def _nodes(rows: list[Any], members: dict[str, Members], who: Scope, prefix: str) -> tuple[TreeNode, ...]:
    """The rows as a tree; each is below the row whose path begins its own."""
    below: dict[str, list[Any]] = {}
    known = {row.path for row in rows}
    for row in rows:
        parent = row.path[: row.path[:-1].rfind("/") + 1]
        below.setdefault(parent if parent in known else "", []).append(row)

    def node(row: Any, level: int) -> TreeNode:
        inside = tuple(node(child, level + 1) for child in below.get(row.path, ()))
        count = sum_below(members, row.path).total if members and who.may("member.read", row.path) else None
        return TreeNode(row.name, f"{prefix}/people/organizations/{row.code}", count, inside, open=level < OPEN_LEVELS)

    return tuple(node(row, 0) for row in below.get("", ()))


@get("/people/organizations/{code:str}", opt={"action": "organization.read"})
async def organization(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    code: FromPath[str],
) -> Response[str]:
    """One organization as it stands today."""
    return await _one(request, who, platform, session, code)


async def _one(request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, code: str) -> Response[str]:
    found = await organization_of(session, who, code)
    locale, prefix, today = locale_of_request(request), prefix_of(request), who.today
    book = await rule_book(platform, session, who)
    children = await children_of(session, found)
    terms = await terms_of(session, [found.id, *(child.id for child in children)], today)
    named = who.may("member.read", found.path)
    members = await members_below(session, found.path) if named else {}
    posts = await posts_of(session, found.id) if named else []
    own = sum_below(members, found.path)
    missed = await _missed(session, who, book, found, children)
    context = {
        "organization": found,
        "crumbs": await _crumbs(session, who, found, prefix),
        "lines": about(found, terms.get(found.id), book, own if named else None, today, locale),
        "findings": findings_in_words(findings_of(book, found, own, posts, today), book, today) if named else [],
        "posts": posts_in_words(in_office(posts, today), prefix),
        "columns": [Column(head, numeric=place == 2) for place, head in enumerate(HEADS)],
        "children": [_child(child, terms, members, missed, prefix, locale) for child in children],
        "panels": await panels_of(request, platform, who, "organization", found.id, found.path),
        "rule": f"{prefix}/rules/core.term",
        "roster": f"{prefix}/people/members?organization={found.code}" if named else None,
    }
    return page(request, who, platform, "pages/organization.html", context, door="people")


async def _missed(
    session: AsyncSession, who: Scope, book: RuleBook, found: Organization, children: Any
) -> Counter[str] | None:
    """How many duties each child has missed lately, None where the reader may not know."""
    if not children or not who.may("fact.read", found.path):
        return None
    period = Period.of(first_missed(who.today), who.today)
    reach = Reach(found.path, organization_ids=tuple(child.id for child in children))
    return Counter(duty.organization for duty in await missed_of_organizations(session, book, period, reach, who.today))


def _child(
    child: Organization,
    terms: dict[Any, Any],
    members: dict[str, Members],
    missed: Counter[str] | None,
    prefix: str,
    locale: str,
) -> TableRow:
    words = reader(locale)
    term = terms.get(child.id)
    count = sum_below(members, child.path).total if members else ""
    state: Cell | str = ""
    if missed is not None:
        text = words.ngettext("%(num)s not done", "%(num)s not done", missed[child.code]) % {"num": missed[child.code]}
        state = (
            Cell(text, state="missed", lead=True)
            if missed[child.code]
            else Cell(words.gettext("nothing missed"), lead=True)
        )
    cells = (child.type or kind_name(child.kind).of(locale), count, term.ends_on.isoformat() if term else "", state)
    return TableRow(child.short_name or child.name, cells, f"{prefix}/people/organizations/{child.code}")


async def _crumbs(session: AsyncSession, who: Scope, found: Organization, prefix: str) -> list[Link]:
    """The way down from the top, as far as the reader may see it."""
    rows = [row for row in await ancestors(session, found.path) if row.path != found.path]
    seen = [row for row in rows if who.may("organization.read", row.path)]
    crumbs = [Link(row.short_name or row.name, f"{prefix}/people/organizations/{row.code}") for row in seen]
    return [*crumbs, Link(found.short_name or found.name)] if crumbs else []
