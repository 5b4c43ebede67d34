"""The GraphQL endpoint as a part of the platform."""

from collections.abc import Sequence
from typing import Any

from zhibu_core.identity.permissions import EVERYBODY
from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.host import PluginHost
from zhibu_core.plugins.manifest import CONTRACT, Action, Manifest
from zhibu_core.words import Words


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
    from zhibu_graphql.endpoint import graphql, graphql_by_get
    from zhibu_graphql.explorer import explorer, explorer_style, run_explorer

    return [graphql, graphql_by_get, explorer, run_explorer, explorer_style]


def prepare(host: PluginHost) -> None:
    """Builds the schema of everything installed, and refuses plugins whose part of it does not fit."""
    from zhibu_graphql.engine import engine_for

    for key, reason in engine_for(host).schemas.full.refused.items():
        host.refuse(key, reason)
