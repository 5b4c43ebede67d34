"""Checks that a plugin fits: the reasons for which the host shows one as unavailable."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from zhibu_core.plugins.manifest import CONTRACT, Manifest

KEY = re.compile(r"[a-z][a-z0-9_]{1,30}")
LISTS = ("permissions", "routes", "navigation", "panels", "jobs", "rule_packs", "fact_kinds", "importers")


class Misfit(Exception):
    """A plugin cannot be used; the text is the reason that administrators read."""


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


def check_parts(manifest: Manifest, parts: Mapping[str, Callable[[], Any]]) -> None:
    """Raises `Misfit` where a hook's answer is not of the declared form."""
    for name in LISTS:
        if name in parts:
            answer = parts[name]()
            if not isinstance(answer, (list, tuple)):
                raise Misfit(f"{name}() must return a list")
            for item in answer:
                _check_item(manifest.key, name, item)


def _check_item(key: str, hook: str, item: Any) -> None:
    if hook == "permissions" and not item.key.startswith(f"{key}."):
        raise Misfit(f"its action {item.key} must begin with {key}.")
    if hook == "rule_packs" and not item.exists():
        raise Misfit(f"its rule pack {item.name} is not there")
    if hook == "routes":
        for handler in getattr(item, "route_handlers", [item]):
            if not (getattr(handler, "opt", None) or {}).get("action"):
                raise Misfit(f"its route {sorted(handler.paths)} names no action")
