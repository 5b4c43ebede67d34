"""The plugin capability: the index of branches, its portrait and the way down from each number."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.actions import ACTIONS, READ
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import Event
from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.manifest import Action, GraphQLContribution, Manifest
from zhibu_core.plugins.slots import NavItem, Panel
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

HERE = Path(__file__).parent


@hookimpl
def manifest() -> Manifest:
    """Scores are of organizations: nothing of persons is stored."""
    return Manifest(
        key="capability",
        version="0.1.0",
        contract=1,
        title=Words("组织力", "Capability"),
        summary=Words(
            "支部组织力画像：参与、学习、活跃三部分，每个数字都能查到来源。只评组织，不评个人。",
            "Portrait of a branch: participation, learning, vitality, each number opens into its sources. Never of people.",
        ),
        package="zhibu_capability",
        tables_prefix="capability_",
    )


@hookimpl
def permissions() -> Sequence[Action]:
    """Who may read portraits."""
    return ACTIONS


@hookimpl
def navigation() -> Sequence[NavItem]:
    """The portrait, behind the door of data."""
    return [NavItem("data", Words("组织力画像", "Capability portrait"), "/data/portrait", READ)]


@hookimpl
def routes() -> Sequence[Any]:
    """The portrait, and one number of it."""
    from zhibu_capability.pages.number import number_page
    from zhibu_capability.pages.portrait import portrait_page

    return [portrait_page, number_page]


@hookimpl
def panels() -> Sequence[Panel]:
    """On a branch's page its band in words."""
    from zhibu_capability.pages.panel import panel

    title = Words("组织力画像", "Capability portrait")
    return [Panel("organization", title, "capability/panel.html", READ, panel, order=40)]


@hookimpl
def graphql() -> GraphQLContribution:
    """`Organization.portrait`."""
    from zhibu_capability.schema import OrganizationFields

    return GraphQLContribution(fields={"Organization": OrganizationFields})


@hookimpl
def rule_packs() -> Sequence[Path]:
    """Weights and figures of the index."""
    return [HERE / "rules" / "index.toml"]


@hookimpl
async def on_event(session: AsyncSession, scope: Scope, event: Event, platform: Platform) -> Any:
    """Stored scores follow the facts that an event is about."""
    from zhibu_capability.following import follow

    await follow(session, scope, event, platform)


@hookimpl
def export_tenant() -> Sequence[type[TenantOwned]]:
    """Every score that was stored, older ones too."""
    from zhibu_capability.models import CapabilityScore

    return [CapabilityScore]
