"""The public contract: every hook a plugin may implement, one sentence each (docs/reference/hooks.md has examples).

These are specifications: pluggy reads names and arguments from them and never calls them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pluggy
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.imports.contract import Importer
from zhibu_core.plugins.events import Event
from zhibu_core.plugins.manifest import Action, FactKind, GraphQLContribution, Job, Manifest
from zhibu_core.plugins.slots import NavItem, Panel
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.scope import Scope

if TYPE_CHECKING:
    from zhibu_core.platform import Platform  # which finds plugins by this very module

PROJECT = "zhibu"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def manifest() -> Manifest:
    """Say who you are; the only hook that every plugin must implement."""
    raise NotImplementedError


@hookspec
def permissions() -> Sequence[Action]:
    """Declare the actions that your routes, fields and mutations require, each starting with your key."""
    raise NotImplementedError


@hookspec
def routes() -> Sequence[Any]:
    """Return Litestar handlers or routers, mounted below /t/<slug>/, each with ``opt={"action": …}``."""
    raise NotImplementedError


@hookspec
def navigation() -> Sequence[NavItem]:
    """Return second-level menu entries, each behind one of the fixed doors."""
    raise NotImplementedError


@hookspec
def panels() -> Sequence[Panel]:
    """Return panels shown on core's pages of a person or an organization, or on the reader's home."""
    raise NotImplementedError


@hookspec
def graphql() -> GraphQLContribution:
    """Return root fields, and fields on core types, for the GraphQL schema."""
    raise NotImplementedError


@hookspec
def jobs() -> Sequence[Job]:
    """Return handlers for work that outlives a request."""
    raise NotImplementedError


@hookspec
def rule_packs() -> Sequence[Path]:
    """Return the TOML files of your rule packs."""
    raise NotImplementedError


@hookspec
def fact_kinds() -> Sequence[FactKind]:
    """Declare the kinds of fact that you write; the ledger refuses others from you."""
    raise NotImplementedError


@hookspec
def importers() -> Sequence[Importer]:
    """Return what reads your spreadsheets: a profile, a writer and, if there are rules to check, findings."""
    raise NotImplementedError


@hookspec
def on_event(session: AsyncSession, scope: Scope, event: Event, platform: Platform) -> Any:
    """React, as a coroutine in a transaction of the tenant, to an event that was published after a commit."""
    raise NotImplementedError


@hookspec
def export_tenant() -> Sequence[type[TenantOwned]]:
    """Name your tables: the archive of a tenant holds all their rows, with you on or off."""
    raise NotImplementedError


@hookspec
def import_tenant(session: AsyncSession, scope: Scope, platform: Platform) -> Any:
    """Do, as a coroutine in the import's own transaction, what your rows of a tenant's archive need beyond themselves."""
    raise NotImplementedError


@hookspec
def export_person(session: AsyncSession, scope: Scope, person_id: UUID) -> Any:
    """Return, as a coroutine, `PersonSection`s with everything that you keep about the person."""
    raise NotImplementedError


@hookspec
def erase_person(session: AsyncSession, scope: Scope, person_id: UUID) -> Any:
    """Erase, as a coroutine, what you may of the person's data, and return as `Kept` what stays and why."""
    raise NotImplementedError


@hookspec
def enabled(session: AsyncSession, scope: Scope) -> Any:
    """Do, as a coroutine in the switch's own transaction, what being switched on needs."""
    raise NotImplementedError


@hookspec
def disabled(session: AsyncSession, scope: Scope) -> Any:
    """Do, as a coroutine in the switch's own transaction, what being switched off needs; data stays."""
    raise NotImplementedError
