"""Tenants, their plugins and roles, as a part of the platform."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.manifest import CONTRACT, GraphQLContribution, Manifest
from zhibu_core.plugins.slots import NavItem
from zhibu_core.tenancy.tenant_settings import Setting
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
    """The pages of plugins, of powers, and the proof of isolation."""
    from zhibu_tenants.pages.access import access_review, access_review_file, review_line
    from zhibu_tenants.pages.directory import directory_page
    from zhibu_tenants.pages.isolation import check_isolation, isolation_page
    from zhibu_tenants.pages.own_roles import define_own_role, end_own_role, own_roles_page
    from zhibu_tenants.pages.plugins import plugin, plugins, switch_plugin
    from zhibu_tenants.pages.programs import end_a_program, make_program, programs_page, renew_program
    from zhibu_tenants.pages.roles import end, grant, roles
    from zhibu_tenants.pages.settings import keep_settings, settings_page
    from zhibu_tenants.pages.sign_ins import (
        invite_to_sign_in,
        link_a_sign_in,
        sign_ins_page,
        unlink_a_sign_in,
        vouch_for_factor,
    )
    from zhibu_tenants.pages.staff import approve_staff, end_staff, staff_entries, staff_policy
    from zhibu_tenants.scim.routes import scim

    return [
        *(plugins, plugin, switch_plugin, roles, grant, end, isolation_page, check_isolation),
        *(access_review, access_review_file, review_line, own_roles_page, define_own_role, end_own_role),
        *(staff_entries, approve_staff, end_staff, staff_policy),
        *(sign_ins_page, invite_to_sign_in, link_a_sign_in, vouch_for_factor, unlink_a_sign_in),
        *(programs_page, make_program, renew_program, end_a_program),
        *(directory_page, scim, settings_page, keep_settings),
    ]


@hookimpl
def navigation() -> Sequence[NavItem]:
    """Powers stand behind the door of people; plugins have a door of the shell's own."""
    return [
        NavItem("people", Words("授权", "Roles"), "/people/roles", "role.read", order=30),
        NavItem("people", Words("平台运维", "Platform staff"), "/people/staff", "staff.read", order=60),
        NavItem("people", Words("登录账号", "Sign-ins"), "/people/sign-ins", "account.read", order=25),
        NavItem("exchange", Words("集成程序", "Integrators"), "/exchange/programs", "integrator.read", order=40),
        NavItem("exchange", Words("人事目录", "Directory"), "/exchange/directory", "directory.read", order=30),
    ]


@hookimpl
def graphql() -> GraphQLContribution:
    """Reading and switching plugins, powers, sign-ins, settings, and deeds of exports."""
    from zhibu_graphql.fields import additions
    from zhibu_tenants.schema import PluginMutation, PluginQuery
    from zhibu_tenants.schema_exports import ExportMutation, ExportQuery
    from zhibu_tenants.schema_powers import PowersMutation, PowersQuery
    from zhibu_tenants.schema_settings import SettingMutation, SettingQuery
    from zhibu_tenants.schema_sign_in import SignInMutation, SignInQuery
    from zhibu_tenants.scim.schema import DirectoryQuery

    query = type("TenantsQuery", (PluginQuery, PowersQuery, SignInQuery, DirectoryQuery, ExportQuery, SettingQuery), {})
    mutation = type(
        "TenantsMutation", (PluginMutation, PowersMutation, SignInMutation, ExportMutation, SettingMutation), {}
    )
    return GraphQLContribution(query=additions(query), mutation=additions(mutation))


@hookimpl
def settings() -> Sequence[Setting]:
    """Core's own settings of a tenant."""
    from zhibu_tenants.settings import OWN

    return OWN


def shared_routes() -> Sequence[Any]:
    """The operator's console, which is of no tenant."""
    from zhibu_tenants.operator.routes import console

    return [console()]


async def enrolment_dates(platform: "Platform", issuer: str, subject: str) -> Sequence[dt.datetime]:
    """When a user of our Keycloak enrolled second factors."""
    from zhibu_tenants.keycloak.factors import enrolment_dates as found

    return await found(platform, issuer, subject)


def openapi(prefix: str) -> Any:
    """SCIM's addresses, for the OpenAPI document."""
    from zhibu_tenants.scim.openapi import describe

    return describe(prefix)
