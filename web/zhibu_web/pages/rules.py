"""Rule packs, to be read: what holds here, by which source and article, since when, and what the tenant changed."""

import datetime as dt
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.rules import Rule, RuleBook, RuleVersion
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Link
from zhibu_web.duty_words import article_text
from zhibu_web.framing import locale_of_request, page, prefix_of
from zhibu_web.rule_words import differences, makes


@get("/rules", opt={"action": "rule.read"})
async def rules(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """All rules by pack, with the version in force."""
    book = await rule_book(platform, session, who)
    locale, prefix = locale_of_request(request), prefix_of(request)
    packs = [
        {"title": pack.title, "rules": [_line(book, rule, who.today, prefix, locale) for rule in pack.rules]}
        for pack in book.packs
    ]
    return page(request, who, platform, "pages/rules.html", {"packs": packs}, door="rules")


def _line(book: RuleBook, rule: Rule, today: dt.date, prefix: str, locale: str) -> dict[str, Any]:
    version = book.in_force(rule.code, today)
    return {
        "title": rule.title,
        "href": f"{prefix}/rules/{rule.code}",
        "version": version,
        "article": article_text(version.article, version.article_verified, locale) if version else "",
    }


@get("/rules/{code:str}", opt={"action": "rule.read"})
async def rule(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    code: FromPath[str],
) -> Response[str]:
    """One rule: its text, source and article in every version, the tenant's differences, the duties it makes."""
    book = await rule_book(platform, session, who)
    versions = book.versions(code)
    found, locale = book.rules[code], locale_of_request(request)
    current = book.in_force(code, who.today)
    context = {
        "rule": found,
        "current": current,
        "makes": makes(current, locale) if current else [],
        "versions": [_version(version, locale) for version in reversed(versions)],
        "crumbs": [Link(_pack_title(book, found), f"{prefix_of(request)}/rules"), Link(found.title)],
    }
    return page(request, who, platform, "pages/rule.html", context, door="rules")


def _version(version: RuleVersion, locale: str) -> dict[str, Any]:
    of_pack = [v for v in version.rule.versions if v.effective_from <= version.effective_from]
    base = version.rule.parameters | of_pack[-1].parameters if of_pack else {}
    return {
        "version": version,
        "article": article_text(version.article, version.article_verified, locale),
        "differences": differences(version, base, locale),
    }


def _pack_title(book: RuleBook, rule: Rule) -> Any:
    return next(pack.title for pack in book.packs if rule in pack.rules)
