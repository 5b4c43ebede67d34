"""What a switch would open or close: counted from what the plugin itself gives the host."""

from dataclasses import dataclass
from typing import Any

from zhibu_core.imports.profile import load_profile
from zhibu_core.platform import Platform
from zhibu_core.words import Words

READING = "GET"


@dataclass(frozen=True)
class Effects:
    """What hangs on a plugin; `users` are the plugins that are on and require it."""

    pages: int
    menu: tuple[Words, ...]
    panels: tuple[Words, ...]
    fields: int
    rules: tuple[Words, ...]
    importers: tuple[Words, ...]
    jobs: int
    users: tuple[Words, ...]


def effects_of(platform: Platform, key: str, enabled: frozenset[str]) -> Effects:
    """What the plugin gives, whether it is on or off; `enabled` are the plugins that are on."""
    host = platform.host
    profiles = [load_profile(importer.profile) for importer in _given(platform, "importers", key)]
    manifests = [manifest for name, manifest in host.manifests.items() if name in enabled and key in manifest.requires]
    return Effects(
        pages=sum(_pages(route) for route in _given(platform, "routes", key)),
        menu=tuple(item.label for item in _given(platform, "navigation", key)),
        panels=tuple(panel.title for panel in _given(platform, "panels", key)),
        fields=sum(_fields(found) for plugin, found in host.call("graphql", {key}) if plugin == key),
        rules=tuple(rule.title for pack in platform.packs.get(key, ()) for rule in pack.rules),
        importers=tuple(Words(profile.title, profile.english) for profile in profiles),
        jobs=len(_given(platform, "jobs", key)),
        users=tuple(manifest.title for manifest in manifests),
    )


def _given(platform: Platform, hook: str, key: str) -> list[Any]:
    return [item for plugin, item in platform.host.collect(hook, {key}) if plugin == key]


def _pages(route: Any) -> int:
    """Handlers of a route, a router's or a controller's included, that answer GET."""
    inner = getattr(route, "route_handlers", None)
    if inner is not None:
        return sum(_pages(one) for one in inner)
    return int(READING in getattr(route, "http_methods", ()))


def _fields(contribution: Any) -> int:
    types = [contribution.query, contribution.mutation, *contribution.fields.values()]
    return sum(len(found.__strawberry_definition__.fields) for found in types if found is not None)
