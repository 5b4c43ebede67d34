"""The rules that hold for a tenant, kept for as long as its layers and plugins stay the same."""

from datetime import date
from functools import lru_cache
from typing import cast

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.rules import RuleBook, TenantLayer
from zhibu_core.platform import Platform
from zhibu_core.tenancy.direct import direct
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of

LAYERS = """(select json_agg(json_build_array(l.rule, l.effective_from, l.parameters::text, l.reason)
  order by l.rule, l.effective_from)::text from rule_layer l where l.tenant_id = :t) as layers"""
"""A column for statements that are asked beside other things: the tenant's own layers, as `book_with` reads them."""

_LAYERS = text(f"select {LAYERS}")
_Layer = tuple[str, date, str, str]

KEPT = "capability.book"
"""Where a session that only reads keeps the book, so that one page reads it once."""


async def keep_book(session: AsyncSession, scope: Scope, platform: Platform) -> RuleBook:
    """Reads the book once for a session that changes no rules: `book_of` gives it from now on."""
    session.info[KEPT] = await book_of(session, scope, platform)
    return cast("RuleBook", session.info[KEPT])


async def book_of(session: AsyncSession, scope: Scope, platform: Platform) -> RuleBook:
    """The rule book of the tenant's enabled plugins (one statement, none where it is kept)."""
    if KEPT in session.info:
        return cast("RuleBook", session.info[KEPT])
    rows = await direct(session, _LAYERS, {"t": tenant_of(session)})
    return book_with(platform, scope.plugins, rows[0].layers)


@lru_cache(maxsize=64)
def book_with(platform: Platform, plugins: frozenset[str], layers: str | None) -> RuleBook:
    """Books are kept by what they are made of; whether a layer asks too much was judged when it was written."""
    rows = msgspec.json.decode(layers or "[]", type=list[_Layer])
    laid = [TenantLayer(rule, day, msgspec.json.decode(parameters), reason) for rule, day, parameters, reason in rows]
    return RuleBook(platform.packs_for(plugins), laid, mobile_public_institution=False)
