"""The GraphQL endpoint as a part of the platform."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from threading import RLock
from typing import Any

from zhibu_core.identity.permissions import EVERYBODY
from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.host import PluginHost
from zhibu_core.plugins.manifest import CONTRACT, Action, Manifest
from zhibu_core.words import Words

IMPORTING = RLock()
"""Held while the schema's modules are imported: two threads that do so at once would each wait for a module of the other."""


@hookimpl
def manifest() -> Manifest:
    """Who this is."""
    return Manifest(
        key="graphql",
        version="0.1.0",
        contract=CONTRACT,
        title=Words("GraphQL 接口", "GraphQL endpoint"),
        summary=Words("供其他系统读写本平台的接口", "the interface for other systems"),
        package="zhibu_graphql",
    )


@hookimpl
def permissions() -> Sequence[Action]:
    """Asking at all; what one gets is up to each field."""
    return [Action("graphql.query", Words("使用 GraphQL 接口", "use the GraphQL endpoint"), EVERYBODY)]


@hookimpl
def routes() -> Sequence[Any]:
    """The endpoint, and in demos the page to try it."""
    from zhibu_graphql.routes import HANDLERS

    return HANDLERS


def prepare(host: PluginHost) -> None:
    """Builds the schema of everything installed, and refuses plugins whose part of it does not fit."""
    from zhibu_graphql.engine import engine_for

    for key, reason in engine_for(host).schemas.full.refused.items():
        host.refuse(key, reason)


async def shortcut(platform: Any, scope: Any, receive: Any, send: Any) -> Any:
    """Answers operations that are compiled already; None where it did, else what the usual route receives."""
    slug = slug_of(platform.settings.hosts, scope)
    if slug is None:
        return receive
    return await _answering()(platform, slug, scope, receive, send)


@cache
def _answering() -> Callable[..., Any]:
    with IMPORTING:
        from zhibu_graphql.shortcut import answered_at_once

        return answered_at_once


def slug_of(hosts: Mapping[str, str], scope: Any) -> str | None:
    """The tenant of a request to the endpoint, by path or by a host of its own; None for other addresses."""
    path: str = scope["path"]
    if not path.endswith("/graphql"):
        return None
    slug = path[3:-8] if path.startswith("/t/") else ""
    if hosts:
        from zhibu_core.http.tenant_path import host_of

        own = hosts.get(host_of(scope))
        if own is not None:
            return own if path == "/graphql" else None
    return slug if slug and "/" not in slug else None
