"""Tenants, their plugins and roles, as a part of the platform."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.manifest import CONTRACT, GraphQLContribution, Manifest
from zhibu_core.plugins.slots import NavItem
from zhibu_core.words import Words

if TYPE_CHECKING:
    from zhibu_core.platform import Platform


@hookimpl
def manifest() -> Manifest:
    """Who this is."""
    return Manifest(
        key="tenants",
        version="0.1.0",
        contract=CONTRACT,
        title=Words("租户", "Tenants"),
        summary=Words("租户、插件开关与授权", "tenants, switching plugins, granting roles"),
        package="zhibu_tenants",
    )


@hookimpl
def routes() -> Sequence[Any]:
    """The pages of plugins and of roles, and the proof of isolation."""
    from zhibu_tenants.pages.isolation import check_isolation, isolation_page
    from zhibu_tenants.pages.plugins import plugin, plugins, switch_plugin
    from zhibu_tenants.pages.roles import end, grant, roles

    return [plugins, plugin, switch_plugin, roles, grant, end, isolation_page, check_isolation]


@hookimpl
def navigation() -> Sequence[NavItem]:
    """Roles stand behind the door of people; plugins have a door of the shell's own."""
    return [NavItem("people", Words("授权", "Roles"), "/people/roles", "role.read", order=30)]


@hookimpl
def graphql() -> GraphQLContribution:
    """Reading and switching plugins."""
    from zhibu_tenants.schema import PluginMutation, PluginQuery

    return GraphQLContribution(query=PluginQuery, mutation=PluginMutation)


async def enrolment_dates(platform: "Platform", issuer: str, subject: str) -> Sequence[dt.datetime]:
    """When a user of our Keycloak enrolled second factors."""
    from zhibu_tenants.keycloak.factors import enrolment_dates as found

    return await found(platform, issuer, subject)
