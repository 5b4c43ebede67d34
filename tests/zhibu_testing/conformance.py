"""`PluginContract`: subclass it in a plugin's tests, name the plugin's module, and the contract is proved.

class TestContract(PluginContract):
    plugin = zhibu_example.plugin
"""

import datetime as dt
import subprocess
import sys
import uuid
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, get_args

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.boot import plugin_histories
from zhibu_core.database.catalog import audit_catalog
from zhibu_core.http.gate import PUBLIC
from zhibu_core.identity.permissions import ROLES
from zhibu_core.imports.profile import load_profile
from zhibu_core.ledger.rule_pack import read_pack
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import Event
from zhibu_core.plugins.fitness import PARAMETER, handlers_of, methods_of
from zhibu_core.plugins.host import GROUP
from zhibu_core.plugins.manifest import CONTRACT, Manifest
from zhibu_core.spaces.declared import FieldType
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_tenants.enablement import switch
from zhibu_testing.browsing import EVERY_ROLE, Browser, app_of, sign_in
from zhibu_testing.counting import counted
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import TODAY, Parties, TestDatabase, all_powers, owner_dsn
from zhibu_testing.source import imported_packages, kinds_written, modules_of

DATA_CLASSES = {"none", "personal", "sensitive"}
HEAVY = ("litestar", "strawberry", "jinja2", "numpy")
"""What importing a plugin must not bring along: every command imports every plugin."""

MOST_STATEMENTS = 8
"""Of a projector, for any number of objects."""


def _filled(path: str) -> str:
    """An address of the route that nothing stands behind: a number where it takes one, else an id of nothing."""
    return PARAMETER.sub(lambda found: "1" if found.group().endswith(":int}") else str(new_id()), path)


class PluginContract:
    """What every plugin promises. `plugin` is its module; `derived` names tables that may be made anew at any time."""

    plugin: ClassVar[ModuleType]
    derived: ClassVar[frozenset[str]] = frozenset()

    async def write_something(self, session: AsyncSession, scope: Scope, organization_id: uuid.UUID) -> None:
        """Override it: write one record as a user would, so that keeping and hiding of data can be seen."""

    # What the tests below share.

    @property
    def manifest(self) -> Manifest:
        """The plugin's card."""
        made = self.plugin.manifest()
        assert isinstance(made, Manifest)
        return made

    @property
    def key(self) -> str:
        """The plugin's key."""
        return self.manifest.key

    @property
    def folder(self) -> Path:
        """The folder of its package."""
        return Path(str(self.plugin.__file__)).parent

    def ask(self, hook: str) -> list[Any]:
        """What the hook lists; nothing where it is not implemented."""
        implementation = getattr(self.plugin, hook, None)
        return list(implementation()) if implementation else []

    def tables(self) -> set[str]:
        """The tables that its models name."""
        for path in self.folder.rglob("models*.py"):
            module = ".".join([self.manifest.package, *path.relative_to(self.folder).with_suffix("").parts])
            __import__(module)
        package = f"{self.manifest.package}."
        mappers = TenantOwned.registry.mappers
        return {str(m.local_table.name) for m in mappers if f"{m.class_.__module__}.".startswith(package)}  # type: ignore[attr-defined]

    async def turn(self, platform: Platform, tenant: Tenant, *, on: bool) -> None:
        """Switches the plugin as an operator would."""
        async with platform.database.session(tenant.id) as session:
            await switch(platform, session, Scope(tenant, frozenset()), self.key, on=on)

    async def furnish(self, platform: Platform, tenant: Tenant) -> tuple[Browser, uuid.UUID]:
        """Switches the plugin on; somebody who holds every role signs in. Returns the browser and their branch."""
        await self.turn(platform, tenant, on=True)
        async with platform.database.session(tenant.id) as session:
            branch = await organization(session, "001", has_committee=True)
            someone = await member(session, "王一", branch, number="1001")
        return await sign_in(app_of(platform), platform, tenant, someone.id, EVERY_ROLE), branch.id

    # The card.

    def test_it_is_installed_under_its_key(self) -> None:
        points = {point.name: point.value for point in metadata.entry_points(group=GROUP)}
        assert points.get(self.key) == self.plugin.__name__

    def test_it_is_available(self, platform: Platform) -> None:
        app_of(platform)  # which asks for everything that is needed to serve
        assert platform.host.unavailable.get(self.key) is None

    def test_the_manifest_says_what_it_is(self) -> None:
        card = self.manifest
        assert card.contract == CONTRACT
        assert self.plugin.__name__ == f"{card.package}.plugin"
        assert all((card.title.zh, card.title.en, card.summary.zh, card.summary.en))
        assert card.version == metadata.version(card.package.replace("_", "-"))
        assert set(card.data_classes) <= DATA_CLASSES
        assert card.key not in card.requires

    def test_importing_it_is_cheap(self) -> None:
        loaded = f"import sys, {self.plugin.__name__}; print(*(m for m in {HEAVY!r} if m in sys.modules))"
        brought = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout
        assert brought.split() == []

    def test_it_imports_no_other_plugin(self, platform: Platform) -> None:
        host = platform.host
        others = {host.manifests[key].package for key in host.switchable - {self.key}} | {"zhibu_testing"}
        wrong = {path.name: imported_packages(tree) & others for path, tree in modules_of(self.folder)}
        assert {name: packages for name, packages in wrong.items() if packages} == {}

    # What it declares.

    def test_actions_are_its_own_and_held_by_known_roles(self) -> None:
        for action in self.ask("permissions"):
            assert action.key.startswith(f"{self.key}.")
            assert action.roles <= set(ROLES)

    def test_routes_and_entries_name_actions_that_exist(self, platform: Platform) -> None:
        known = set(platform.scopes.policy(frozenset({self.key})).actions) | {PUBLIC}
        asked = {options["action"] for route in self.ask("routes") for _, _, options in handlers_of(route)}
        asked |= {item.action for hook in ("navigation", "panels") for item in self.ask(hook)}
        assert asked <= known

    def test_graphql_fields_name_actions_that_exist(self, platform: Platform) -> None:
        if not hasattr(self.plugin, "graphql"):
            return
        from zhibu_graphql.building import PLUGIN, build
        from zhibu_graphql.fields import KEY

        full = build(platform.host)
        assert full.refused.get(self.key) is None
        known = set(platform.scopes.policy(frozenset({self.key})).actions)
        types = [kind for kind in full.schema.type_map.values() if hasattr(kind, "fields")]
        own = [
            f.extensions[KEY] for kind in types for f in kind.fields.values() if f.extensions.get(PLUGIN) == self.key
        ]
        assert own, "the hook graphql gives no field"
        assert all(asks.actions and set(asks.actions) <= known for asks in own)

    def test_templates_are_below_its_key_and_can_be_read(self, platform: Platform) -> None:
        folder = self.folder / "templates"
        if not folder.is_dir():
            return
        from zhibu_web.render import environment

        app_of(platform)
        assert [path.name for path in folder.iterdir()] == [self.key]
        for path in folder.rglob("*.html"):
            environment().get_template(path.relative_to(folder).as_posix())

    def test_rule_packs_and_profiles_can_be_read(self) -> None:
        for path in self.ask("rule_packs"):
            assert all(rule.code.startswith(f"{self.key}.") for rule in read_pack(path, plugin=self.key).rules)
        for importer in self.ask("importers"):
            assert load_profile(importer.profile).columns

    async def test_what_can_be_published_is_typed_and_read_by_few_statements(
        self, platform: Platform, parties: Parties
    ) -> None:
        known = set(platform.scopes.policy(frozenset({self.key})).actions)
        for one in self.ask("shareable"):
            assert one.kind.startswith(f"{self.key}.")
            assert one.action in known
            assert len(one.by_key) == len(one.fields) > 0
            assert {field.type for field in one.fields} <= set(get_args(FieldType))
            assert [field.type for field in one.fields].count("files") <= 1
            async with platform.database.session(parties.home.id) as session:
                scope = await all_powers(platform, parties.home)
                with counted(platform) as statements:
                    assert await one.project(session, scope, [new_id(), new_id()], frozenset(one.by_key)) == {}
                assert len(statements) <= MOST_STATEMENTS
                if one.candidates is not None:
                    with counted(platform) as statements:
                        assert list(await one.candidates(session, scope, [""], (TODAY, new_id()), 5)) == []
                    assert len(statements) <= MOST_STATEMENTS

    def test_it_declares_the_kinds_of_fact_that_it_writes(self) -> None:
        declared = {kind.key for kind in self.ask("fact_kinds")}
        written = {kind for _, tree in modules_of(self.folder) for kind in kinds_written(tree)}
        assert {kind for kind in written if not any(fnmatch(known, kind) for known in declared)} == set()

    # What it keeps.

    async def test_tables_are_its_own_and_pass_the_audit(self, platform: Platform, test_database: TestDatabase) -> None:
        prefix = f"{self.key}_"
        tables = self.tables()
        assert {table for table in tables if not table.startswith(prefix)} == set()
        assert not tables or self.manifest.tables_prefix == prefix
        async with platform.database.system_session() as session:
            query = text(
                "select tablename from pg_tables where schemaname = 'public' and starts_with(tablename, :prefix)"
            )
            assert set(await session.scalars(query, {"prefix": prefix})) == tables
        faults = await audit_catalog(owner_dsn(test_database))
        assert [fault for fault in faults if fault.startswith(prefix)] == []

    async def test_migrations_are_there_and_applied(self, platform: Platform, test_database: TestDatabase) -> None:
        histories = {history.key: history for history in plugin_histories(platform.host)}
        assert (self.key in histories) == bool(self.tables())
        if self.key in histories:
            history = histories[self.key]
            names = sorted(path.name for path in history.folder.glob("*.py"))
            assert [name.split("_")[0] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]
            owner = await asyncpg.connect(owner_dsn(test_database))
            try:
                version = await owner.fetchval(f"select version_num from jobs.{history.table}")
            finally:
                await owner.close()
            assert version == history.head()

    # What it does where it is on, and off.

    async def test_entries_lead_to_pages_and_are_closed_when_off(self, platform: Platform, parties: Parties) -> None:
        browser, _ = await self.furnish(platform, parties.home)
        hrefs = [item.href for item in self.ask("navigation")]
        assert {href: (await browser.get(href)).status_code for href in hrefs} == dict.fromkeys(hrefs, 200)
        await self.turn(platform, parties.home, on=False)
        assert {href: (await browser.get(href)).status_code for href in hrefs} == dict.fromkeys(hrefs, 404)

    async def test_every_route_is_closed_when_off(self, platform: Platform, parties: Parties) -> None:
        browser, _ = await self.furnish(platform, parties.home)
        await self.turn(platform, parties.home, on=False)
        for route in self.ask("routes"):
            for handler, path, _ in handlers_of(route):
                for method in methods_of(handler) - {"WEBSOCKET"}:
                    answer = await browser.send(method, _filled(path))
                    assert answer.status_code == 404, f"{method} {path}"

    async def test_nobody_gets_in_without_signing_in(self, platform: Platform, parties: Parties) -> None:
        await self.turn(platform, parties.home, on=True)
        stranger = Browser(app_of(platform), parties.home)
        for route in self.ask("routes"):
            for handler, path, options in handlers_of(route):
                if "GET" in methods_of(handler) and options["action"] != PUBLIC:
                    assert (await stranger.get(_filled(path))).status_code in (303, 401), path

    async def test_it_minds_no_unknown_event(self, platform: Platform, parties: Parties) -> None:
        await self.turn(platform, parties.home, on=True)
        event = Event(new_id(), "nobody.knows", "nothing", None, dt.datetime.now(dt.UTC))
        scope = Scope(parties.home, frozenset({self.key}))
        async with platform.database.session(parties.home.id) as session:
            await platform.host.ask(self.key, "on_event", session=session, scope=scope, event=event, platform=platform)

    async def test_off_and_on_keep_the_data(self, platform: Platform, parties: Parties) -> None:
        _, branch = await self.furnish(platform, parties.home)
        scope = await all_powers(platform, parties.home)
        async with platform.database.session(parties.home.id) as session:
            await self.write_something(session, scope, branch)
        before = await self._rows(platform, parties.home, parties.home)
        assert not before or any(before.values()), "override write_something, so that there is something to keep"
        for on in (False, True, False):
            await self.turn(platform, parties.home, on=on)
            assert await self._rows(platform, parties.home, parties.home) == before
        neighbour = await self._rows(platform, parties.neighbour, parties.home)
        assert neighbour == dict.fromkeys(before, 0), "the neighbour sees rows"

    async def _rows(self, platform: Platform, asker: Tenant, owner: Tenant) -> dict[str, int]:
        """How many rows of the owner's the asker sees, by table."""
        async with platform.database.session(asker.id) as session:
            return {
                table: await session.scalar(text(f"select count(*) from {table} where tenant_id = :t"), {"t": owner.id})
                for table in sorted(self.tables() - self.derived)
            }
