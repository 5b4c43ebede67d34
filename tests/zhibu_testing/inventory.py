"""Everything that a tenant can reach at one moment, seen from outside and by name: what a switch must take and give back."""

import re
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import text

from zhibu_core.imports.engine import importers_for
from zhibu_core.imports.profile import load_profile
from zhibu_core.platform import Platform
from zhibu_core.plugins.fitness import PARAMETER, handlers_of, methods_of
from zhibu_core.tenancy.scope import Tenant
from zhibu_graphql.engine import engine_for
from zhibu_testing.browsing import Browser

HREF = re.compile(r'href="/t/[^/"]+(/[^"?#]*)')
Things = frozenset[str]
MISSING = (404, 405)


@dataclass(frozen=True)
class Place:
    """Where the inventory is taken, and by whom: somebody who holds every role, at home in a branch."""

    platform: Platform
    tenant: Tenant
    browser: Browser
    member: uuid.UUID
    branch: str


async def inventory(place: Place) -> dict[str, Things]:
    """The things by kind: pages that open, links shown, fields, actions, jobs, listeners, files, rules, sheets, panels, settings."""
    platform = place.platform
    async with platform.database.session(place.tenant.id) as session:
        plugins = await platform.scopes.plugins_of(session, place.tenant)
    host = platform.host
    return {
        "pages": frozenset([path async for path in _pages(place)]),
        "links": frozenset([link async for link in _links(place)]),
        "fields": frozenset(_fields(platform, plugins)),
        "actions": frozenset(platform.scopes.policy(plugins).actions),
        "entries": frozenset(item.href for _, item in host.collect("navigation", plugins)),
        "panels": frozenset(panel.template for _, panel in host.collect("panels", plugins)),
        "settings": frozenset(setting.key for _, setting in host.collect("settings", plugins)),
        "jobs": frozenset(job.kind for _, job in host.collect("jobs", plugins)),
        "listeners": frozenset(host.implementing("on_event", plugins)),
        "files": frozenset([file async for file in _files(place)]),
        "rules": frozenset(rule.code for pack in platform.packs_for(plugins) for rule in pack.rules),
        "sheets": frozenset(load_profile(one.profile).key for one in importers_for(platform, plugins)),
    }


async def _pages(place: Place) -> AsyncIterator[str]:
    """Routes that answer: without parameters as they are, with them where core's own objects fill them in."""
    for _, route in place.platform.host.collect("routes"):
        for handler, path, _ in handlers_of(route):
            if "GET" not in methods_of(handler) or "sign" in path:
                continue
            filled = PARAMETER.sub(lambda found: _known(place, found.group()), path)
            if (await place.browser.get(filled)).status_code not in MISSING:
                yield path


def _known(place: Place, parameter: str) -> str:
    return place.branch if "code" in parameter else str(place.member)


async def _links(place: Place) -> AsyncIterator[str]:
    """Where the pages lead that are made of what plugins bring: home, all doors, a person's and a branch's page, rules,
    imports and the plugins' own search results.
    """
    for page in ("/", "/more", f"/people/members/{place.member}", f"/people/organizations/{place.branch}", "/rules"):
        for link in HREF.findall((await place.browser.get(page)).text):
            yield link


def _fields(platform: Platform, plugins: frozenset[str]) -> Iterator[str]:
    schema = engine_for(platform.host).schemas.of(plugins)
    for name, kind in schema.type_map.items():
        if not name.startswith("__"):
            yield name
            yield from (f"{name}.{field}" for field in getattr(kind, "fields", ()))


async def _files(place: Place) -> AsyncIterator[str]:
    for key in sorted(place.platform.host.switchable):
        for file in _static(place.platform.host.manifests[key].package):
            if (await place.browser.get(f"/plugin-files/{key}/{file}")).status_code == 200:
                yield f"{key}/{file}"


def _static(package: str) -> Iterator[str]:
    spec = find_spec(package)
    folder = Path(next(iter(spec.submodule_search_locations or ()), "")) / "static" if spec else None
    if folder is not None and folder.is_dir():
        yield from (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file())


def belonging(platform: Platform, plugin: str) -> Mapping[str, Things]:
    """What is the plugin's, as it declares it: none of it may be in an inventory while the plugin is off."""
    host = platform.host
    everything = host.switchable
    fields = frozenset(_fields(platform, everything)) - frozenset(_fields(platform, everything - {plugin}))
    return {
        "pages": frozenset(
            path for key, route in host.collect("routes") if key == plugin for _, path, _ in handlers_of(route)
        ),
        "links": frozenset(item.href for key, item in host.collect("navigation") if key == plugin),
        "fields": fields,
        "actions": frozenset(action.key for key, action in host.collect("permissions") if key == plugin),
        "entries": frozenset(item.href for key, item in host.collect("navigation") if key == plugin),
        "panels": frozenset(panel.template for key, panel in host.collect("panels") if key == plugin),
        "settings": frozenset(setting.key for key, setting in host.collect("settings") if key == plugin),
        "jobs": frozenset(job.kind for key, job in host.collect("jobs") if key == plugin),
        "listeners": frozenset({plugin}) & frozenset(host.implementing("on_event", everything)),
        "files": frozenset(f"{plugin}/{file}" for file in _static(host.manifests[plugin].package)),
        "rules": frozenset(rule.code for pack in platform.packs.get(plugin, ()) for rule in pack.rules),
        "sheets": frozenset(load_profile(one.profile).key for key, one in host.collect("importers") if key == plugin),
    }


async def rows_of(place: Place) -> dict[str, int]:
    """How many rows the tenant has in each table, but for those that tell of the switching itself."""
    from zhibu_testing.fixtures import tenant_tables

    apart = {"audit_entry", "audit_seal", "plugin_enablement"}
    async with place.platform.database.session(place.tenant.id) as session:
        return {
            table: await session.scalar(
                text(f"select count(*) from {table} where tenant_id = :t"),
                {"t": place.tenant.id},
            )
            or 0
            for table in sorted(await tenant_tables(place.platform.database))
            if not any(table.startswith(name) for name in apart)
        }
