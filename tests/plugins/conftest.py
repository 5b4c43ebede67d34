"""Plugins made of a few functions, for hosts under test."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.manifest import CONTRACT, Manifest
from zhibu_core.words import Words

MakePlugin = Callable[..., ModuleType]


@pytest.fixture
def make_plugin() -> MakePlugin:
    """`make_plugin("reading", routes=…, contract=…)`: a module with a card and these hooks."""

    def make(key: str, *, card: dict[str, Any] | None = None, **hooks: Callable[..., Any]) -> ModuleType:
        given: dict[str, Any] = {"key": key, "version": "1", "contract": CONTRACT, "title": Words(key, key)}
        values = {**given, "summary": Words(key, key), "package": "zhibu_example", **(card or {})}
        module = ModuleType(f"zhibu_{key}.plugin")

        @hookimpl
        def manifest() -> Manifest:
            return Manifest(**values)

        module.__dict__["manifest"] = manifest
        for name, function in hooks.items():
            named = lambda_named(function, name)
            module.__dict__[name] = hookimpl(named)
        return module

    return make


def lambda_named(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The function under the hook's name, as if it had been written with `def`."""
    function.__name__ = name
    return function
