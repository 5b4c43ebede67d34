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

from zhibu_core.exports.declared import ExportKind
from zhibu_core.imports.contract import Importer
from zhibu_core.plugins.events import Event
from zhibu_core.plugins.manifest import Action, FactKind, GraphQLContribution, Job, Manifest
from zhibu_core.plugins.slots import NavItem, Panel
from zhibu_core.spaces.declared import Shareable
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.tenant_settings import Setting

if TYPE_CHECKING:
    from zhibu_core.platform import Platform  # which finds plugins by this very module

PROJECT = "zhibu"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def manifest() -> Manifest:
    """Say who you are; the only hook that every plugin must implement."""


@hookspec
def permissions() -> Sequence[Action]:
    """Declare the actions that your routes, fields and mutations require, each starting with your key."""


@hookspec
def routes() -> Sequence[Any]:
    """Return Litestar handlers or routers, mounted below /t/<slug>/, each with ``opt={"action": …}``."""


@hookspec
def navigation() -> Sequence[NavItem]:
    """Return second-level menu entries, each behind one of the fixed doors."""


@hookspec
def panels() -> Sequence[Panel]:
    """Return panels shown on core's pages of a person or an organization, or on the reader's home."""


@hookspec
def graphql() -> GraphQLContribution:
    """Return root fields, and fields on core types, for the GraphQL schema."""


@hookspec
def jobs() -> Sequence[Job]:
    """Return handlers for work that outlives a request."""


@hookspec
def rule_packs() -> Sequence[Path]:
    """Return the TOML files of your rule packs."""


@hookspec
def fact_kinds() -> Sequence[FactKind]:
    """Declare the kinds of fact that you write; the ledger refuses others from you."""


@hookspec
def importers() -> Sequence[Importer]:
    """Return what reads your spreadsheets: a profile, a writer and, if there are rules to check, findings."""


@hookspec
def exports() -> Sequence[ExportKind]:
    """Declare what of yours can be exported with a purpose, recipients and a mark: columns, their data classes, one statement."""


@hookspec
def shareable() -> Sequence[Shareable]:
    """Declare which of your objects can be published to another tenant under an agreement: kind, typed fields, what reads them."""


@hookspec
def settings() -> Sequence[Setting]:
    """Declare what of yours a tenant sets for itself: a switch or a number, and the action that changes it."""


@hookspec
def on_event(session: AsyncSession, scope: Scope, event: Event, platform: Platform) -> Any:
    """React, as a coroutine in a transaction of the tenant, to an event that was published after a commit."""


@hookspec
def export_tenant() -> Sequence[type[TenantOwned]]:
    """Name your tables: the archive of a tenant holds all their rows, with you on or off."""


@hookspec
def import_tenant(session: AsyncSession, scope: Scope, platform: Platform) -> Any:
    """Do, as a coroutine in the import's own transaction, what your rows of a tenant's archive need beyond themselves."""


@hookspec
def export_person(session: AsyncSession, scope: Scope, person_id: UUID) -> Any:
    """Return, as a coroutine, `PersonSection`s with everything that you keep about the person."""


@hookspec
def erase_person(session: AsyncSession, scope: Scope, person_id: UUID) -> Any:
    """Erase, as a coroutine, what you may of the person's data, and return as `Kept` what stays and why."""


@hookspec
def enabled(session: AsyncSession, scope: Scope) -> Any:
    """Do, as a coroutine in the switch's own transaction, what being switched on needs."""


@hookspec
def disabled(session: AsyncSession, scope: Scope) -> Any:
    """Do, as a coroutine in the switch's own transaction, what being switched off needs; data stays."""
