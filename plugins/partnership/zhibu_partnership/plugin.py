"""The plugin partnership: offers and needs, the board, and what two tenants do together; each hook imports what it needs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
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
    from zhibu_partnership.pages.activity import activity_page, adopt_sent, confirm_sent, end_sent, words_sent
    from zhibu_partnership.pages.activity_form import invite_page, invite_sent
    from zhibu_partnership.pages.attachment import attachment_page, attachment_sent
    from zhibu_partnership.pages.attachment_form import attach_page, attach_sent
    from zhibu_partnership.pages.attachments import attachments_page, my_attachments
    from zhibu_partnership.pages.board import board_line, board_shown
    from zhibu_partnership.pages.entries import entries_page, entry_page, withdraw
    from zhibu_partnership.pages.entry_form import add_page, add_sent, change_page, change_sent
    from zhibu_partnership.pages.invitation import invitation_page, invitation_sent
    from zhibu_partnership.pages.listing import listing_page, listing_sent
    from zhibu_partnership.pages.outcome import outcome_page
    from zhibu_partnership.pages.partnerships import partnerships_page
    from zhibu_partnership.pages.plan import goals_sent, plan_page
    from zhibu_partnership.pages.review import review_page, review_paper
    from zhibu_partnership.pages.space import partnership_page
    from zhibu_partnership.pages.task import task_page, task_sent
    from zhibu_partnership.pages.task_form import task_added, task_changed, task_new, task_to_change

    return [
        *(partnerships_page, partnership_page, outcome_page, invitation_page, invitation_sent),
        *(invite_page, invite_sent, activity_page, confirm_sent, words_sent, adopt_sent, end_sent),
        *(plan_page, goals_sent, review_page, review_paper),
        *(task_page, task_sent, task_new, task_added, task_to_change, task_changed),
        *(attachments_page, my_attachments, attachment_page, attachment_sent, attach_page, attach_sent),
        *(board_shown, board_line, listing_page, listing_sent),
        *(entries_page, entry_page, withdraw, add_page, add_sent, change_page, change_sent),
    ]


@hookimpl
def navigation() -> Sequence[NavItem]:
    """Behind the door of what is done together."""
    return [
        NavItem("together", TITLE, "/partnership", "partnership.activity.read", order=5),
        NavItem(
            "together",
            Words("流动党员挂靠", "Second attachments"),
            "/partnership/attachments",
            "partnership.attachment.read",
            order=15,
        ),
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
    """What an organization offers and needs, on its page; on home what waits to be signed, answered or confirmed."""
    from zhibu_partnership.pages.attachments import my_panel
    from zhibu_partnership.panel import offers_and_needs, waiting
    from zhibu_partnership.plan.panel import due_tasks

    tasks = Words("共建任务", "Tasks of partnerships")
    title, asked = Words("共建资源和需求", "Offers and needs"), Words("共建待办", "Waiting in partnerships")
    return [
        Panel("organization", title, "partnership/panel.html", "partnership.entry.read", offers_and_needs, order=50),
        Panel(
            "person",
            Words("挂靠", "Second attachment"),
            "partnership/attachment_panel.html",
            "partnership.attachment.read",
            my_panel,
        ),
        Panel("home", asked, "partnership/home_panel.html", "partnership.activity.confirm", waiting, order=50),
        Panel("home", tasks, "partnership/tasks_panel.html", "partnership.task.own", due_tasks, order=55),
    ]


@hookimpl
def graphql() -> GraphQLContribution:
    """The board, offers and needs with their matches, joint activities and invitations, and the mutations."""
    from zhibu_graphql.fields import additions
    from zhibu_partnership.schema import BoardQuery, OfferOrNeed, OrganizationFields
    from zhibu_partnership.schema_attachment import AttachmentFields, AttachmentQuery, SecondAttachment
    from zhibu_partnership.schema_attachment_mutations import AttachmentMutations
    from zhibu_partnership.schema_joint import JointFields, JointQuery
    from zhibu_partnership.schema_joint_mutations import JointMutations
    from zhibu_partnership.schema_joint_types import JointActivity
    from zhibu_partnership.schema_mutations import Mutations
    from zhibu_partnership.schema_plan import PlanFields, PlanQuery
    from zhibu_partnership.schema_plan_mutations import PlanMutations
    from zhibu_partnership.schema_plan_types import PartnershipPlan, PartnershipTask

    query: type = additions(type("PartnershipQuery", (BoardQuery, JointQuery, PlanQuery, AttachmentQuery), {}))
    parts = (Mutations, JointMutations, PlanMutations, AttachmentMutations)
    mutation: type = additions(type("PartnershipMutation", parts, {}))
    added = (OrganizationFields, JointFields, PlanFields, AttachmentFields)
    fields: type = additions(type("PartnershipFields", added, {}))
    types = [OfferOrNeed, JointActivity, PartnershipPlan, PartnershipTask, SecondAttachment]
    return GraphQLContribution(query, mutation, {"Organization": fields}, types)


@hookimpl
def shareable() -> Sequence[Shareable]:
    """Joint activities: words that both sides confirm, and how many came; goals and tasks of a year; members lent to another branch."""
    from zhibu_partnership.attachment.sharing import ATTACHMENT, GUEST_MARK
    from zhibu_partnership.joint.sharing import ACTIVITY
    from zhibu_partnership.plan.sharing import PLAN, TASK

    return [ACTIVITY, PLAN, TASK, ATTACHMENT, GUEST_MARK]


@hookimpl
def fact_kinds() -> Sequence[FactKind]:
    """What a joint activity says in the ledger; the same kinds as other records of organizational life."""
    from zhibu_core.ledger.facts import ATTENDED
    from zhibu_partnership.attachment import effects, moves
    from zhibu_partnership.joint.words import CO_BUILDING, KINDS

    own = (
        FactKind("activity", Words("组织生活", "activity"), shared=True),
        FactKind("attendance", Words("到会", "attendance"), shared=True),
        FactKind("co_building", CO_BUILDING, shared=True),
        FactKind(effects.OWED, Words("应联系在外党员", "contact owed to a member who is away")),
        FactKind(effects.CONTACT, Words("联系在外党员", "contact with a member who is away")),
    )
    elsewhere = (
        FactKind(ATTENDED + key, Words(f"在接收支部参加{title.zh}", f"{title.en} at the host branch"))
        for key, title in moves.ATTENDED.items()
    )
    return [*own, *elsewhere, *(FactKind(key, title, shared=True) for key, title in KINDS.items())]


@hookimpl
def rule_packs() -> Sequence[Path]:
    """The quarterly contact with members who are away."""
    return [HERE / "rules" / "partnership.toml"]


@hookimpl
async def on_event(session: AsyncSession, scope: Scope, event: Event, platform: Platform) -> None:
    """What came from another side, and what other records say of the same day; a new roster may rename organizations."""
    from zhibu_partnership.attachment.heeding import heed
    from zhibu_partnership.joint.facts import AGAIN, say_once
    from zhibu_partnership.joint.settling import receive
    from zhibu_partnership.plan import goals, keeping, tasks
    from zhibu_partnership.publishing import show

    if event.topic == "space.received":
        await receive(session, scope, event)
        await goals.receive(session, scope, event)
    await heed(session, scope, event)
    if event.topic == keeping.WAITS and event.object_id is not None:
        await tasks.tell_task(platform, session, scope, event.object_id)
    if event.topic == "import.written":
        await show(session)
    if event.topic in AGAIN:
        await say_once(session)


@hookimpl
def export_tenant() -> Sequence[type[TenantOwned]]:
    """Offers and needs, joint activities with rolls and answers, plans and tasks, second attachments; never the board itself."""
    from zhibu_partnership.attachment.models import Attachment, GuestMark
    from zhibu_partnership.models import Activity, Answer, Entry, Plan, Present, Task

    return [Entry, Activity, Answer, Present, Plan, Task, Attachment, GuestMark]


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
async def import_tenant(session: AsyncSession, scope: Scope) -> None:
    """No agreement came along, so members who were with a host are home."""
    from zhibu_partnership.attachment.effects import settle_all

    await settle_all(session, scope)


@hookimpl
async def enabled(session: AsyncSession, scope: Scope) -> None:
    """The board shows again what it showed, if the administrator's word still stands; members are where their cases say."""
    from zhibu_partnership.attachment.effects import settle_all
    from zhibu_partnership.publishing import show

    await show(session)
    await settle_all(session, scope)


@hookimpl
async def disabled(session: AsyncSession) -> None:
    """Off means off: the board shows nothing of us."""
    from zhibu_partnership.publishing import hide

    await hide(session)
