"""Checks that a plugin fits: the reasons for which the host shows one as unavailable."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from zhibu_core.plugins.manifest import CONTRACT, Manifest

KEY = re.compile(r"[a-z][a-z0-9_]{1,30}")
LISTS = (
    "permissions",
    "routes",
    "navigation",
    "panels",
    "jobs",
    "rule_packs",
    "fact_kinds",
    "importers",
    "exports",
    "shareable",
    "settings",
)
KEYED = {
    "permissions": ("action", "key"), "exports": ("export", "key"), "jobs": ("job", "kind"), "shareable": ("shareable", "kind"),
}  # fmt: skip
"""Hooks whose items have keys that begin with the plugin's: what such an item is called, and the attribute."""

SEVERAL = "several plugins"
"""Who has what plugins declare as shared."""

PARAMETER = re.compile(r"\{[^}]*\}")


class Misfit(Exception):
    """A plugin cannot be used; the text is the reason that administrators read."""


@dataclass
class Claims:
    """What the plugins seen so far have for themselves: addresses, kinds of sheet and of fact, by who has them."""

    owners: dict[str, str] = field(default_factory=dict)

    def take(self, plugin: str, things: Iterable[str]) -> None:
        """Notes that these are the plugin's; raises `Misfit` where one is another's already, and then takes none."""
        wanted = set(things)
        for thing in sorted(wanted):
            if self.owners.get(thing, plugin) != plugin:
                raise Misfit(f"{thing} belongs to {self.owners[thing]}")
        self.owners |= dict.fromkeys(wanted, plugin)


def check_manifest(key: str, found: Mapping[str, Callable[[dict[str, Any]], Any]]) -> Manifest:
    """The plugin's manifest; raises `Misfit` where it is missing or does not fit the platform."""
    if "manifest" not in found:
        raise Misfit("has no manifest()")
    manifest = found["manifest"]({})
    if not isinstance(manifest, Manifest):
        raise Misfit("manifest() does not return a Manifest")
    if manifest.key != key or not KEY.fullmatch(key):
        raise Misfit(f"its key is {manifest.key!r}, but its entry point is named {key!r}")
    if manifest.contract != CONTRACT:
        raise Misfit(f"speaks contract {manifest.contract}, the platform speaks {CONTRACT}")
    if manifest.tables_prefix and manifest.tables_prefix != f"{key}_":
        raise Misfit(f"its tables must begin with {key}_, not {manifest.tables_prefix}")
    return manifest


def check_parts(manifest: Manifest, parts: Mapping[str, Callable[[], Any]], claims: Claims) -> None:
    """Raises `Misfit` where a hook's answer is not of the declared form, or claims what another plugin has."""
    claimed: list[str] = []
    shared: list[str] = []
    for name, ask in parts.items():
        answer = ask()
        if not isinstance(answer, (list, tuple)):
            raise Misfit(f"{name}() must return a list")
        for item in answer:
            _check_item(manifest.key, name, item)
            (shared if name == "fact_kinds" and item.shared else claimed).extend(_claims(name, item))
    claims.take(SEVERAL, shared)
    claims.take(manifest.key, claimed)


def handlers_of(route: Any) -> Iterator[tuple[Any, str, Mapping[str, Any]]]:
    """Every (handler, path pattern, options) of a handler, router or controller, as it will be mounted."""
    from litestar import Router  # a tenth of a second, which commands need not wait for
    from litestar.handlers import HTTPRouteHandler

    if isinstance(route, HTTPRouteHandler):  # nearly all: no copy is made of it
        yield from ((route, path, route.opt) for path in sorted(route.paths))
        return
    for mounted in Router(path="/", route_handlers=[route]).routes:
        for handler in getattr(mounted, "route_handlers", None) or [getattr(mounted, "route_handler", None)]:
            if handler is not None and methods_of(handler) != {"OPTIONS"}:  # which Litestar adds by itself
                yield handler, mounted.path, handler.opt


def methods_of(handler: Any) -> set[str]:
    """The HTTP methods of a handler, "WEBSOCKET" for one of a socket."""
    return {str(getattr(method, "value", method)) for method in getattr(handler, "http_methods", ("WEBSOCKET",))}


def _check_item(key: str, hook: str, item: Any) -> None:
    if hook in KEYED and not (name := getattr(item, KEYED[hook][1])).startswith(f"{key}."):
        raise Misfit(f"its {KEYED[hook][0]} {name} must begin with {key}.")
    if hook == "jobs" and not item.action:
        raise Misfit(f"its job {item.kind} names no action")
    if hook == "panels" and not item.template.startswith(f"{key}/"):
        raise Misfit(f"its template {item.template} must begin with {key}/")
    if hook == "routes":
        for handler, path, options in handlers_of(item):
            if not options.get("action"):
                raise Misfit(f"its route {path} ({handler.handler_name}) names no action")
    if hook == "rule_packs":
        _check_pack(key, item)
    if hook == "importers":
        from zhibu_core.imports.profile import load_profile

        load_profile(item.profile)


def _check_pack(key: str, file: Any) -> None:
    from zhibu_core.ledger.rule_pack import read_pack

    if not file.exists():
        raise Misfit(f"its rule pack {file.name} is not there")
    for rule in read_pack(file, plugin=key).rules:
        if not rule.code.startswith(f"{key}."):
            raise Misfit(f"its rule {rule.code} must begin with {key}.")


def _claims(hook: str, item: Any) -> Iterator[str]:
    if hook == "routes":
        for handler, path, _ in handlers_of(item):
            yield from (f"address {method} {PARAMETER.sub('{}', path)}" for method in methods_of(handler))
    if hook == "fact_kinds":
        yield f"fact kind {item.key}"
    if hook == "settings":
        yield f"setting {item.key}"
    if hook == "importers":
        from zhibu_core.imports.profile import load_profile

        yield f"import profile {load_profile(item.profile).key}"
