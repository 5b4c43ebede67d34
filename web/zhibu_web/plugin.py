"""The web as a part of the platform: its own pages by the hooks that plugins use, and what lies outside any tenant."""

from collections.abc import Sequence
from typing import Any

from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.host import PluginHost
from zhibu_core.plugins.manifest import CONTRACT, Manifest
from zhibu_core.plugins.slots import NavItem, Panel
from zhibu_core.words import Words


@hookimpl
def manifest() -> Manifest:
    """The web's card."""
    return Manifest(
        key="web",
        version="0.1.0",
        contract=CONTRACT,
        title=Words("网页", "Web pages"),
        summary=Words("成员和管理员看到的页面", "The pages that members and administrators see"),
        package="zhibu_web",
    )


@hookimpl
def routes() -> Sequence[Any]:
    """The shell's pages below a tenant, and core's: home, people, organizations, rules, imports, help."""
    from zhibu_web.pages.audit import audit, my_accesses
    from zhibu_web.pages.enrol import enrol_page, enrol_with_code
    from zhibu_web.pages.export_form import make_export, new_export
    from zhibu_web.pages.export_register import export_register, trace_file, trace_page
    from zhibu_web.pages.exports import decide_export, end_export, export_entry, exports, take_export, waiting_exports
    from zhibu_web.pages.home import home
    from zhibu_web.pages.imports import decide, import_run, imports, upload
    from zhibu_web.pages.me import my_identity, my_record
    from zhibu_web.pages.members import ask_purpose, member, members, unmask
    from zhibu_web.pages.more import help_index, help_page, more
    from zhibu_web.pages.organizations import organization, organizations
    from zhibu_web.pages.plugin_files import plugin_file
    from zhibu_web.pages.rules import rule, rules
    from zhibu_web.pages.sign_in import callback, go, sign_in_page, sign_out
    from zhibu_web.pages.sign_in_machines import back_channel, sign_in_source
    from zhibu_web.pages.space_form import change_page, change_space, new_space, propose_space
    from zhibu_web.pages.space_ledger import space_file, space_ledger, space_records
    from zhibu_web.pages.space_publish import publish_chosen, publish_page, take_back
    from zhibu_web.pages.spaces import revoke_space, sign_space, space_page, spaces
    from zhibu_web.pages.start import preferences

    return [
        *(preferences, sign_in_page, go, callback, sign_out, home, more, help_index, help_page),
        *(enrol_page, enrol_with_code, sign_in_source, back_channel),
        *(members, member, ask_purpose, unmask, my_record, my_identity, organizations, organization),
        *(my_accesses, audit),
        *(exports, waiting_exports, export_entry, decide_export, end_export, take_export, new_export, make_export),
        *(export_register, trace_page, trace_file),
        *(spaces, space_page, sign_space, revoke_space, space_ledger, space_records, space_file),
        *(new_space, propose_space, change_page, change_space, publish_page, publish_chosen, take_back),
        *(plugin_file, rules, rule, imports, upload, import_run, decide),
    ]


@hookimpl
def navigation() -> Sequence[NavItem]:
    """Core's own entries behind the doors."""
    return [
        NavItem("people", Words("党员", "Members"), "/people/members", "member.read", order=10),
        NavItem("people", Words("组织", "Organizations"), "/people/organizations", "organization.read", order=20),
        NavItem("together", Words("共建协议", "Agreements"), "/together/spaces", "space.read", order=10),
        NavItem("rules", Words("规则包", "Rule packs"), "/rules", "rule.read", order=10),
        NavItem("exchange", Words("导入", "Imports"), "/exchange/imports", "import.run", order=10),
        NavItem("exchange", Words("导出", "Exports"), "/exchange/exports", "export.make", order=20),
        NavItem(
            "exchange",
            Words("待审批的导出", "Exports to approve"),
            "/exchange/exports/waiting",
            "export.approve",
            order=30,
        ),
        NavItem(
            "exchange", Words("导出登记", "Register of exports"), "/exchange/exports/register", "export.read", order=40
        ),
    ]


@hookimpl
def panels() -> Sequence[Panel]:
    """Core's own word on home: exports of others that wait for the reader's."""
    from zhibu_web.reading.exports import waiting_panel

    title = Words("待审批的导出", "Exports to approve")
    return [Panel("home", title, "web/exports_panel.html", "export.approve", waiting_panel, order=10)]


def prepare(host: PluginHost) -> None:
    """Makes the templates and words of every available plugin, and of the platform's other parts, reachable under its
    key; called once an application.
    """
    from zhibu_web.render import add_templates

    for key in sorted(set(host.manifests) - {"web"}):
        try:
            add_templates(key, host.manifests[key].package)
        except Exception as error:  # a plugin may fail in any way; the platform starts all the same
            host.refuse(key, f"templates: {type(error).__name__}: {error}")


def shared_routes() -> Sequence[Any]:
    """Pages of no tenant, and static files."""
    from zhibu_web.pages.start import preferences, start, static_file

    return [start, preferences, static_file]


def page_of_error(*arguments: Any) -> Any:
    """The page of an error."""
    from zhibu_web.pages.errors import page_of_error as found

    return found(*arguments)


def openapi(prefix: str) -> Any:
    """What machines ask of the sign-in, for the OpenAPI document."""
    from zhibu_web.openapi import describe

    return describe(prefix)
