"""The rules that hold for a tenant, with a platform at hand or without one (event handlers are given none)."""

from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import cast

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.rules import RuleBook, RulePack, TenantLayer, core_packs, read_pack
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of

_LAYERS = text(
    """select rule, effective_from, parameters::text as parameters, reason from rule_layer where tenant_id = :t
    order by rule, effective_from"""
)


KEPT = "capability.book"
"""Where a session that only reads keeps the book, so that one page reads it once."""


async def keep_book(session: AsyncSession, scope: Scope, platform: Platform) -> RuleBook:
    """Reads the book once for a session that changes no rules: `book_of` gives it from now on."""
    session.info[KEPT] = await book_of(session, scope, platform)
    return cast("RuleBook", session.info[KEPT])


async def book_of(session: AsyncSession, scope: Scope, platform: Platform | None = None) -> RuleBook:
    """The rule book of the tenant's enabled plugins (one or two statements, none where it is kept)."""
    if KEPT in session.info:
        return cast("RuleBook", session.info[KEPT])
    if platform is not None:
        return await rule_book(platform, session, scope)
    rows = await session.execute(_LAYERS, {"t": tenant_of(session)})
    return _book(scope.plugins, tuple((row.rule, row.effective_from, row.parameters, row.reason) for row in rows))


@lru_cache(maxsize=64)
def _book(plugins: frozenset[str], layers: tuple[tuple[str, date, str, str], ...]) -> RuleBook:
    """Books are kept by what they are made of; whether a layer asks too much was judged when it was written."""
    packs = [pack for plugin, pack in _installed() if plugin == "core" or plugin in plugins]
    laid = [TenantLayer(rule, day, msgspec.json.decode(parameters), reason) for rule, day, parameters, reason in layers]
    return RuleBook(packs, laid, mobile_public_institution=False)


@cache
def _installed() -> tuple[tuple[str, RulePack], ...]:
    """The rule packs of every installed plugin, read once a process."""
    found = [("core", pack) for pack in core_packs()]
    for plugin, path in PluginHost.discover().collect("rule_packs"):
        found.append((plugin, read_pack(cast("Path", path), plugin=plugin)))
    return tuple(found)
