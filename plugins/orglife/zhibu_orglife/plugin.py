"""The plugin of organizational life: what it gives the platform."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.exports.declared import ExportKind
from zhibu_core.imports.contract import Importer
from zhibu_core.plugins.hooks import hookimpl
from zhibu_core.plugins.manifest import CONTRACT, Action, FactKind, GraphQLContribution, Manifest
from zhibu_core.plugins.person_data import Kept, PersonSection
from zhibu_core.plugins.slots import NavItem, Panel
from zhibu_core.spaces.declared import Shareable
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.tenant_settings import Setting
from zhibu_core.words import Words

HERE = Path(__file__).parent
IMPORT_ORDER = 40


@hookimpl
def manifest() -> Manifest:
    """Who we are."""
    return Manifest(
        key="orglife",
        version="0.1.0",
        contract=CONTRACT,
        title=Words("组织生活", "Organizational life"),
        summary=Words(
            "安排、记录和审定组织生活，到会情况由党员本人确认。",
            "Plans, records and approves organizational life; members confirm their own attendance.",
        ),
        package="zhibu_orglife",
        data_classes=("personal",),
        tables_prefix="orglife_",
    )


@hookimpl
def permissions() -> Sequence[Action]:
    """What one may be allowed to do with meetings."""
    from zhibu_orglife.actions import ACTIONS

    return ACTIONS


@hookimpl
def rule_packs() -> Sequence[Path]:
    """How often each kind is due."""
    return sorted((HERE / "rules").glob("*.toml"))


@hookimpl
def fact_kinds() -> Sequence[FactKind]:
    """What approved meetings say in the ledger: one kind for each kind of meeting, and three of our own."""
    from zhibu_orglife.kinds import HELD_TOGETHER, KINDS

    own = (
        FactKind("activity", Words("组织生活", "activity"), shared=True),
        FactKind("attendance", Words("到会", "attendance"), shared=True),
        FactKind("talk", Words("谈心谈话参加人", "person talked with")),
    )
    return [*own, *(FactKind(key, title, shared=key in HELD_TOGETHER) for key, title in KINDS.items())]


@hookimpl
def importers() -> Sequence[Importer]:
    """The sheet 会议记录, written after tree and roster."""
    return [Importer(HERE / "profiles" / "meeting.toml", IMPORT_ORDER, _write_meetings)]


@hookimpl
def exports() -> Sequence[ExportKind]:
    """Who was at which activity."""
    from zhibu_orglife.exporting import ATTENDANCE

    return [ATTENDANCE]


@hookimpl
def shareable() -> Sequence[Shareable]:
    """Approved meetings: what was done when and where, and how many came; nobody by name."""
    from zhibu_orglife.sharing import MEETINGS

    return [MEETINGS]


@hookimpl
def settings() -> Sequence[Setting]:
    """Whether a second person approves, and how long a correction needs no reason."""
    from zhibu_orglife.settings import LOCK_DAYS, SECOND_PERSON

    return [SECOND_PERSON, LOCK_DAYS]


@hookimpl
def navigation() -> Sequence[NavItem]:
    """The workbench for those who record, the calendar for everybody."""
    return [
        NavItem("life", Words("工作台", "Workbench"), "/life/workbench", "orglife.meeting.record", order=10),
        NavItem("life", Words("组织生活", "Organizational life"), "/life/calendar", "orglife.meeting.read", order=20),
        NavItem("oversight", Words("记录审定", "Records to approve"), "/life/approvals", "orglife.meeting.approve"),
    ]


@hookimpl
def routes() -> Sequence[Any]:
    """Workbench, plan, record, one meeting with what can be done to it, calendar, approvals."""
    from zhibu_orglife.pages import activity, calendar, files, plan, record
    from zhibu_orglife.pages.approvals import approvals
    from zhibu_orglife.pages.workbench import workbench

    return [
        workbench, plan.plan_page, plan.plan_sent, record.record_page, record.record_sent, activity.meeting_page,
        activity.confirm, activity.dispute_page, activity.dispute, activity.withdraw_page, activity.withdraw,
        activity.approve, activity.send_back, activity.close, calendar.calendar_page, calendar.calendar_feed, approvals,
        files.files_page, files.files_sent, files.file_link, files.file_removed, files.upload_begun,
    ]  # fmt: skip


@hookimpl
def panels() -> Sequence[Panel]:
    """On home what waits for the reader's own word; on an organization's page its latest meetings."""
    from zhibu_orglife.pages.panels import latest, to_confirm

    asked, life = Words("待我确认", "Waits for my word"), Words("组织生活", "Organizational life")
    return [
        Panel("home", asked, "orglife/home_panel.html", "orglife.attendance.confirm", to_confirm),
        Panel("organization", life, "orglife/organization_panel.html", "orglife.meeting.read", latest, order=20),
    ]


@hookimpl
def graphql() -> GraphQLContribution:
    """Meetings below organizations, the mutations that record them, and a meeting that one watches."""
    from zhibu_orglife.schema import Meeting, OrganizationFields
    from zhibu_orglife.schema_live import MeetingSubscriptions
    from zhibu_orglife.schema_mutations import MeetingMutations

    return GraphQLContribution(
        mutation=MeetingMutations,
        fields={"Organization": OrganizationFields},
        types=[Meeting],
        subscription=MeetingSubscriptions,
    )


async def _write_meetings(batch: Any, rows: Sequence[Any]) -> None:
    from zhibu_orglife.importing.writing import write_meetings

    await write_meetings(batch, rows)


@hookimpl
def export_tenant() -> Sequence[type[TenantOwned]]:
    """Meetings with their rolls and tasks."""
    from zhibu_orglife.models import Attendance, Meeting, Task

    return [Attendance, Meeting, Task]


@hookimpl
async def export_person(session: AsyncSession, person_id: UUID) -> Sequence[PersonSection]:
    """Attendance with the person's own words, and tasks."""
    from zhibu_orglife.about_person import sections

    return await sections(session, person_id)


@hookimpl
async def erase_person(session: AsyncSession, person_id: UUID) -> Sequence[Kept]:
    """Reasons of leave and disputes go; the roll belongs to the minutes."""
    from zhibu_orglife.about_person import forget

    return await forget(session, person_id)
