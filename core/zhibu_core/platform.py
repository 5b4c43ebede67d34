"""What one process holds for its whole life: settings, plugins, the pool, the keys, the rule packs."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import cast

from zhibu_core.audit.anchor import Anchor
from zhibu_core.audit.anchors import anchor_of
from zhibu_core.audit.refusals import Refusals
from zhibu_core.audit.signing import SealingKeys
from zhibu_core.bounded import Bounded
from zhibu_core.crypto.keyring import Keyring
from zhibu_core.crypto.providers import provider_of, signing_of
from zhibu_core.crypto.signing import SigningKeys
from zhibu_core.identity.issuers import Issuer, check_issuer_address
from zhibu_core.identity.quick import QuickScopes
from zhibu_core.identity.remembered import Tokens
from zhibu_core.identity.scopes import Scopes
from zhibu_core.identity.sources import Doors
from zhibu_core.lately import Lately
from zhibu_core.ledger.facts import DECLARED_KINDS
from zhibu_core.ledger.rule_pack import RulePack, read_pack
from zhibu_core.ledger.rules import core_packs
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings
from zhibu_core.storage.opening import store_of
from zhibu_core.storage.port import Store
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.tenancy.session import Database
from zhibu_core.tenancy.watching import Watching

TENANT_KEPT, DOORS_KEPT = 1.0, 5.0
"""Seconds for which a tenant's name and state, and its sources, are believed: so long may one that was closed still open."""


@dataclass(eq=False)
class Platform:
    """The parts that handlers, commands and jobs share; make one a process and close it.

    `owner_url` is known where the process could migrate as well; with it the planner's statistics are renewed after a
    large import, which the runtime role may not do. `tenants` are those that were named lately, by slug,
    `doors` where one signs in to them; `programs_seen` the day on which each integrator was last noted,
    `factors_seen` when a subject's youngest second factor was enrolled, for a minute; `issuers` are those of the settings,
    `issuers_seen` those of tenants' own tables; `tokens` remembers those that were verified.
    Until `migrated_until` (monotonic seconds) migrations are believed to be at head.
    """

    settings: Settings
    host: PluginHost
    database: Database
    owner_url: str | None = None
    keyring: Keyring = field(init=False)
    scopes: Scopes = field(init=False)
    signing: SigningKeys = field(init=False)
    sealing: SealingKeys = field(init=False)
    anchor: Anchor = field(init=False)
    store: Store = field(init=False)
    refusals: Refusals = field(init=False)
    watching: Watching = field(init=False)
    quick: QuickScopes = field(init=False)
    tokens: Tokens = field(default_factory=Tokens)
    issuers: dict[str, Issuer] = field(default_factory=dict)
    issuers_seen: dict[str, Issuer] = field(default_factory=dict)
    tenants: Lately[str, Tenant] = field(default_factory=lambda: Lately(TENANT_KEPT))
    doors: Lately[uuid.UUID, Doors] = field(default_factory=lambda: Lately(DOORS_KEPT))
    programs_seen: dict[uuid.UUID, dt.date] = field(default_factory=dict)
    factors_seen: Bounded[tuple[str, str], tuple[float, float]] = field(default_factory=lambda: Bounded(2_000))
    migrated_until: float = 0.0

    def __post_init__(self) -> None:
        self.keyring = Keyring(provider_of(self.settings.vault, self.settings.keys))
        self.scopes = Scopes(self.host)
        self.quick = QuickScopes(self.scopes, self.database)
        self.signing = signing_of(self.settings.vault, self.settings.keys)
        self.sealing = SealingKeys(self.signing)
        self.anchor = anchor_of(self.settings)
        self.store = store_of(self.settings.storage, self.settings.data)
        self.refusals = Refusals(self.database)
        self.watching = Watching(self.database.url)
        self.database.info[DECLARED_KINDS] = self.kinds_of
        if self.settings.issuer:
            self.trust(Issuer(self.settings.issuer, self.settings.client_id, self.settings.client_secret))

    @cached_property
    def packs(self) -> dict[str, tuple[RulePack, ...]]:
        """All installed rule packs by plugin; "core" for core's own."""
        self.host.check_parts(only=("rule_packs",))
        found: dict[str, tuple[RulePack, ...]] = {"core": core_packs()}
        for plugin, path in self.host.collect("rule_packs"):
            found[plugin] = (*found.get(plugin, ()), read_pack(cast("Path", path), plugin=plugin))
        return found

    @cached_property
    def fact_kinds(self) -> dict[str, frozenset[str]]:
        """The kinds of fact that each installed plugin declares."""
        return {plugin: frozenset(kind.key for kind in kinds) for plugin, kinds in self.host.call("fact_kinds")}

    def kinds_of(self, source: str) -> frozenset[str] | None:
        """The kinds of fact that may be written in a plugin's name; None where the source is no plugin, such as core."""
        return self.fact_kinds.get(source, frozenset()) if source in self.host.switchable else None

    def packs_for(self, plugins: frozenset[str]) -> list[RulePack]:
        """The packs that hold where these plugins are on."""
        return [pack for plugin, packs in self.packs.items() if plugin == "core" or plugin in plugins for pack in packs]

    def trust(self, issuer: Issuer, *, demo: bool = False) -> None:
        """Puts an issuer on the allow-list; raises `Unavailable` where its address is not safe to trust."""
        check_issuer_address(issuer.address, demo=demo)
        self.issuers[issuer.address] = issuer

    async def close(self) -> None:
        """Closes the pool."""
        await self.watching.close()
        await self.database.close()
