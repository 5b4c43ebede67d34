"""The plugin partnership: offers and needs, the board, and what two tenants do together; each hook imports what it needs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.events import Event
from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.manifest import CONTRACT, Action, FactKind, GraphQLContribution, Manifest
from zhibu_core.plugins.person_data import Kept, PersonSection
from zhibu_core.plugins.slots import NavItem, Panel
from zhibu_core.spaces.declared import Shareable
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

HERE = Path(__file__).parent
TITLE = Words("结对共建", "Partnerships")


@hookimpl
def manifest() -> Manifest:
    """An entry names the person who wrote it down; nothing here is sensitive."""
    return Manifest(
        key="partnership",
        version="0.1.0",
        contract=CONTRACT,
        title=TITLE,
        summary=Words(
            "与其他单位的党组织结对共建：登记资源和需求，在供需板上找到对方。",
            "Co-building with organizations of other tenants: offers and needs, and the board on which they find each other.",
        ),
        package="zhibu_partnership",
        data_classes=("personal",),
        tables_prefix="partnership_",
    )


@hookimpl
def permissions() -> Sequence[Action]:
    """The board, the administrator's word on it, and one's own offers and needs."""
    from zhibu_partnership.actions import ACTIONS

    return ACTIONS


@hookimpl
def routes() -> Sequence[Any]:
    """Partnerships, joint activities, the board, what of us stands on it, and our offers and needs."""
    from zhibu_partnership.pages.activity import activity_page, adopt_sent, confirm_sent, end_sent
    from zhibu_partnership.pages.activity_form import invite_page, invite_sent
    from zhibu_partnership.pages.board import board_line, board_shown
    from zhibu_partnership.pages.entries import entries_page, entry_page, withdraw
    from zhibu_partnership.pages.entry_form import add_page, add_sent, change_page, change_sent
    from zhibu_partnership.pages.invitation import invitation_page, invitation_sent
    from zhibu_partnership.pages.listing import listing_page, listing_sent
    from zhibu_partnership.pages.outcome import outcome_page
    from zhibu_partnership.pages.partnerships import partnerships_page
    from zhibu_partnership.pages.space import partnership_page

    return [
        *(partnerships_page, partnership_page, outcome_page, invitation_page, invitation_sent),
        *(invite_page, invite_sent, activity_page, confirm_sent, adopt_sent, end_sent),
        *(board_shown, board_line, listing_page, listing_sent),
        *(entries_page, entry_page, withdraw, add_page, add_sent, change_page, change_sent),
    ]


@hookimpl
def navigation() -> Sequence[NavItem]:
    """Behind the door of what is done together."""
    return [
        NavItem("together", TITLE, "/partnership", "partnership.activity.read", order=45),
        NavItem("together", Words("供需板", "Board"), "/partnership/board", "partnership.board.read", order=50),
        NavItem(
            "together",
            Words("资源和需求", "Offers and needs"),
            "/partnership/entries",
            "partnership.entry.read",
            order=55,
        ),
    ]


@hookimpl
def panels() -> Sequence[Panel]:
    """What an organization offers and needs, on its page."""
    from zhibu_partnership.panel import offers_and_needs

    title = Words("共建资源和需求", "Offers and needs")
    return [
        Panel("organization", title, "partnership/panel.html", "partnership.entry.read", offers_and_needs, order=50)
    ]


@hookimpl
def graphql() -> GraphQLContribution:
    """The board, offers and needs with their matches, joint activities and invitations, and the mutations."""
    from zhibu_graphql.fields import additions
    from zhibu_partnership.schema import BoardQuery, OfferOrNeed, OrganizationFields
    from zhibu_partnership.schema_joint import JointFields, JointQuery
    from zhibu_partnership.schema_joint_mutations import JointMutations
    from zhibu_partnership.schema_joint_types import JointActivity
    from zhibu_partnership.schema_mutations import Mutations

    query: type = additions(type("PartnershipQuery", (BoardQuery, JointQuery), {}))
    mutation: type = additions(type("PartnershipMutation", (Mutations, JointMutations), {}))
    fields: type = additions(type("PartnershipFields", (OrganizationFields, JointFields), {}))
    return GraphQLContribution(query, mutation, {"Organization": fields}, [OfferOrNeed, JointActivity])


@hookimpl
def shareable() -> Sequence[Shareable]:
    """Joint activities: words that both sides confirm, and how many came."""
    from zhibu_partnership.joint.sharing import ACTIVITY

    return [ACTIVITY]


@hookimpl
def fact_kinds() -> Sequence[FactKind]:
    """What a joint activity says in the ledger; the same kinds as other records of organizational life."""
    from zhibu_partnership.joint.words import KINDS

    own = (
        FactKind("activity", Words("组织生活", "activity"), shared=True),
        FactKind("attendance", Words("到会", "attendance"), shared=True),
        FactKind("co_building", Words("支部共建", "co-building"), shared=True),
    )
    return [*own, *(FactKind(key, title, shared=True) for key, title in KINDS.items())]


@hookimpl
async def on_event(session: AsyncSession, scope: Scope, event: Event) -> None:
    """What came from another side, and what other records say of the same day; a new roster may rename organizations."""
    from zhibu_partnership.joint.facts import AGAIN, say_once
    from zhibu_partnership.joint.settling import receive
    from zhibu_partnership.publishing import show

    if event.topic == "space.received":
        await receive(session, scope, event)
    if event.topic == "import.written":
        await show(session)
    if event.topic in AGAIN:
        await say_once(session)


@hookimpl
def export_tenant() -> Sequence[type[TenantOwned]]:
    """Offers and needs, joint activities with rolls and answers; the board itself is not in the archive."""
    from zhibu_partnership.models import Activity, Answer, Entry, Present

    return [Entry, Activity, Answer, Present]


@hookimpl
async def export_person(session: AsyncSession, person_id: UUID) -> Sequence[PersonSection]:
    """Where the person was present, and what they wrote down."""
    from zhibu_partnership.about_person import sections

    return await sections(session, person_id)


@hookimpl
async def erase_person(session: AsyncSession, person_id: UUID) -> Sequence[Kept]:
    """Entries and records stay, without who wrote them down; rolls stay, as they are part of records."""
    from zhibu_partnership.about_person import forget

    return await forget(session, person_id)


@hookimpl
async def enabled(session: AsyncSession) -> None:
    """The board shows again what it showed, if the administrator's word still stands."""
    from zhibu_partnership.publishing import show

    await show(session)


@hookimpl
async def disabled(session: AsyncSession) -> None:
    """Off means off: the board shows nothing of us."""
    from zhibu_partnership.publishing import hide

    await hide(session)
