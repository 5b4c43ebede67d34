"""Finds plugins, checks that they fit, calls them one by one and contains what goes wrong."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import import_module, metadata
from typing import Any, TypeVar, cast

import pluggy
import structlog

from zhibu_core.plugins import hooks
from zhibu_core.plugins.fitness import LISTS, Claims, Misfit, check_manifest, check_parts
from zhibu_core.plugins.manifest import Manifest

GROUP = "zhibu"
PLATFORM_GROUP = "zhibu.platform"
TAKEN = frozenset({"core", "components", "pages"})
"""Keys that no plugin may have: they name core's own facts, rules and templates."""

log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True)
class Implementation:
    """One plugin's function for one hook."""

    plugin: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]

    def __call__(self, given: dict[str, Any]) -> Any:
        """Calls the function with those of the given arguments that it names."""
        return self.function(**{name: given[name] for name in self.arguments}) if self.arguments else self.function()


class PluginHost:
    """All installed plugins: those that fit, and for the others the reason.

    The platform's own parts (tenants, web, graphql) use the same hooks, are always on, and are not listed.
    """

    def __init__(self) -> None:
        self.manifests: dict[str, Manifest] = {}
        self.unavailable: dict[str, str] = {}
        self.platform: set[str] = set()
        self._modules: dict[str, Any] = {}
        self._implementations: dict[str, tuple[Implementation, ...]] = {}
        self._kept: dict[tuple[str, frozenset[str] | None], tuple[Implementation, ...]] = {}

    @classmethod
    def discover(cls) -> "PluginHost":
        """A host of everything that is installed under the entry-point groups."""
        host = cls()
        installed = metadata.entry_points()  # looks into every distribution: once for both groups
        for group in (PLATFORM_GROUP, GROUP):
            for point in sorted(installed.select(group=group), key=lambda p: p.name):
                host.add(point.name, point.value, platform=group == PLATFORM_GROUP)
        host.check_requirements()
        return host

    def add(self, key: str, module: Any, *, platform: bool = False) -> None:
        """Takes in one plugin (a module, or its name); a misfit is noted with the reason instead."""
        try:
            if key in self.manifests or key in TAKEN:
                raise Misfit("its key is taken by another plugin or by the platform")
            loaded = import_module(module) if isinstance(module, str) else module
            found = implementations_of(key, loaded)
            manifest = check_manifest(key, found)
        except Exception as error:  # a plugin may fail in any way; the platform starts all the same
            name = f"{key} ({module})" if key in self.manifests else key
            self.unavailable[name] = reason_of(error)
            log.warning("plugin_unavailable", plugin=name, reason=reason_of(error))
        else:
            self.manifests[key] = manifest
            self._modules[key] = loaded
            if platform:
                self.platform.add(key)
            self._kept.clear()
            for name, function in found.items():
                self._implementations[name] = (*self._implementations.get(name, ()), function)

    def check_requirements(self) -> None:
        """Refuses plugins whose required plugins are not available, and those that require them in turn."""
        before = -1
        while before != len(self.manifests):
            before = len(self.manifests)
            for key, manifest in list(self.manifests.items()):
                if missing := [need for need in manifest.requires if need not in self.manifests]:
                    self.refuse(key, f"requires {', '.join(missing)}, which is not available")

    def check_parts(self, only: Collection[str] = LISTS) -> None:
        """Refuses plugins whose hooks answer in another form than declared, or claim what another has; called with
        `only` before these hooks' answers are used. What requires a refused plugin is refused with it.
        """
        claims = Claims()
        for key in sorted(self.manifests, key=lambda key: (key not in self.platform, key)):
            own = {name: f for name, fs in self._implementations.items() for f in fs if f.plugin == key}
            try:
                check_parts(self.manifests[key], {name: partial(own[name], {}) for name in only if name in own}, claims)
            except Exception as error:  # a plugin may fail in any way; the platform starts all the same
                self.refuse(key, reason_of(error))
        self.check_requirements()

    def prepare(self, *, later: Collection[str] = ()) -> None:
        """Checks everything that plugins bring, with the platform's parts (pages, GraphQL) taking it in: call it before
        serving, and where all misfits are to be known. The parts named by `later` are left to `take_in`.
        """
        self.check_parts()
        for key in sorted(self.platform - set(later)):
            self.take_in(key)

    def take_in(self, key: str) -> None:
        """Lets one part of the platform take in what plugins bring, and refuse what does not fit."""
        prepare = getattr(self._modules[key], "prepare", None)
        if prepare is not None:
            prepare(self)
            self.check_requirements()

    def refuse(self, key: str, reason: str) -> None:
        """Makes an installed plugin unavailable, for a reason that administrators read."""
        self.unavailable[key] = reason
        self.manifests.pop(key, None)
        self.__dict__.pop("switchable", None)
        self._kept.clear()
        for name, found in self._implementations.items():
            self._implementations[name] = tuple(f for f in found if f.plugin != key)
        log.warning("plugin_unavailable", plugin=key, reason=reason)

    def platform_parts(self, name: str) -> list[Any]:
        """What the platform's own parts call `name`, such as `shared_routes`: not open to plugins."""
        return [
            found for key in sorted(self.platform) if (found := getattr(self._modules[key], name, None)) is not None
        ]

    @cached_property
    def switchable(self) -> frozenset[str]:
        """The plugins that a tenant may switch on or off."""
        return frozenset(self.manifests) - self.platform

    def call(self, hook: str, plugins: Iterable[str] | None = None, **given: Any) -> Iterator[tuple[str, Any]]:
        """Calls the hook's implementations one by one; yields (plugin, answer) of those that did not raise.

        `plugins` limits the calls to those keys (the platform's parts are always called); None calls all.
        """
        for implementation in self._chosen(hook, None if plugins is None else frozenset(plugins)):
            try:
                yield implementation.plugin, implementation(given)
            except Exception as error:
                log.exception("plugin_failed", plugin=implementation.plugin, hook=hook, error=str(error))

    def _chosen(self, hook: str, plugins: frozenset[str] | None) -> tuple[Implementation, ...]:
        """The hook's implementations among these plugins and the platform's parts; kept by the set."""
        chosen = self._kept.get((hook, plugins))
        if chosen is None:
            every = self._implementations.get(hook, ())
            wanted = self.manifests.keys() if plugins is None else plugins | self.platform
            chosen = self._kept[hook, plugins] = tuple(i for i in every if i.plugin in wanted)
        return chosen

    def implementing(self, hook: str, plugins: frozenset[str]) -> list[str]:
        """The plugins among these, and the platform's parts, that implement the hook."""
        return [implementation.plugin for implementation in self._chosen(hook, plugins)]

    async def ask(self, plugin: str, hook: str, **given: Any) -> Any:
        """Awaits one plugin's coroutine for a hook; what it raises reaches the caller, whose transaction it is."""
        for implementation in self._implementations.get(hook, ()):
            if implementation.plugin == plugin:
                return await implementation(given)
        return None

    def collect(self, hook: str, plugins: Iterable[str] | None = None) -> list[tuple[str, Any]]:
        """(plugin, item) of every item that the hook's implementations list."""
        return [(key, item) for key, items in self.call(hook, plugins) for item in cast("Iterable[Any]", items)]


def reason_of(error: Exception) -> str:
    """Why a plugin cannot be used, as a sentence for administrators."""
    return str(error) if isinstance(error, Misfit) else f"{type(error).__name__}: {error}"


def implementations_of(key: str, module: Any) -> dict[str, Implementation]:
    """The module's hook implementations by hook; raises pluggy's error where one does not match its specification."""
    manager = pluggy.PluginManager(hooks.PROJECT)
    manager.add_hookspecs(hooks)
    manager.register(module, key)
    manager.check_pending()
    found: dict[str, Implementation] = {}
    for caller in manager.get_hookcallers(module) or []:
        for implementation in caller.get_hookimpls():
            found[caller.name] = Implementation(key, implementation.function, implementation.argnames)
    return found
