"""What crosses of a second attachment: the least that the host needs to know of the guest, the host's contact, the guest's attendance."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership, Person
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.spaces.cases.sharing import CASE_FIELDS, CASE_KEYS, case_projections
from zhibu_core.spaces.declared import Projection, Shareable, ShareField
from zhibu_core.spaces.proposal import AskedField, AskedShare
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import READ_ATTACHMENT
from zhibu_partnership.attachment.models import Attachment, GuestMark
from zhibu_partnership.attachment.moves import ATTENDED, LENDING, MARKS

KIND: Final = "partnership.attachment"
MARK_KIND: Final = "partnership.guest_mark"
HOME_FIELDS: Final = ("name", "member_class", "organization", "reason")
HOST_FIELDS: Final = ("branch", "contact", "reach")
WITH_HOST: Final = ("accepted", "hosted")


async def project_attachments(
    session: AsyncSession, _: Scope, ids: Sequence[uuid.UUID], fields: frozenset[str]
) -> Mapping[uuid.UUID, Projection]:
    """The agreed fields of these cases (five statements). Who it is about, and who the contact is, cross while the case is open; with
    its last step they are gone from what the other side holds.
    """
    cases = await case_projections(session, ids, fields)
    query = (
        select(SpaceCase, Attachment, Organization.name, Person.name, Membership.member_class)
        .join(
            Organization,
            (Organization.tenant_id == SpaceCase.tenant_id) & (Organization.id == SpaceCase.organization_id),
        )
        .outerjoin(Attachment, (Attachment.tenant_id == SpaceCase.tenant_id) & (Attachment.id == SpaceCase.id))
        .outerjoin(Person, (Person.tenant_id == SpaceCase.tenant_id) & (Person.id == SpaceCase.person_id))
        .outerjoin(
            Membership,
            (Membership.tenant_id == SpaceCase.tenant_id)
            & (Membership.person_id == SpaceCase.person_id)
            & Membership.until.is_(None),
        )
        .where(SpaceCase.id.in_(ids), SpaceCase.is_open)
    )
    found = dict(cases)
    for case, added, place, name, member_class in await session.execute(query):
        said = _said(case, added, place, name, member_class)
        kept = {key: value for key, value in said.items() if key in fields}
        found[case.id] = Projection(case.organization_id, {**cases[case.id].values, **kept})
    return found


def _said(
    case: SpaceCase, added: Attachment | None, place: str, name: str | None, member_class: str | None
) -> dict[str, Any]:
    if added is None:
        return {}
    if case.is_own:
        return dict(zip(HOME_FIELDS, (name, member_class, place, added.reason), strict=True))
    return dict(zip(HOST_FIELDS, (place, added.contact, added.reach), strict=True)) if case.state in WITH_HOST else {}


async def project_marks(
    session: AsyncSession, _: Scope, ids: Sequence[uuid.UUID], fields: frozenset[str]
) -> Mapping[uuid.UUID, Projection]:
    """The agreed fields of these guests' marks (one statement)."""
    query = (
        select(GuestMark, SpaceCase.organization_id)
        .join(SpaceCase, (SpaceCase.tenant_id == GuestMark.tenant_id) & (SpaceCase.id == GuestMark.case_id))
        .where(GuestMark.id.in_(ids))
    )
    found = {}
    for row, place in await session.execute(query):
        values = {"case": str(row.case_id), "held_on": row.held_on, "kinds": list(row.kinds), "mark": row.mark}
        found[row.id] = Projection(place, {key: value for key, value in values.items() if key in fields})
    return found


ATTACHMENT = Shareable(
    kind=KIND,
    title=Words("流动党员挂靠", "Second attachment"),
    fields=(
        *CASE_FIELDS,
        ShareField("name", Words("姓名", "Name"), data_class="personal"),
        ShareField("member_class", Words("人员类别", "Kind of member"), data_class="personal"),
        ShareField("organization", Words("所在党支部", "Home branch"), data_class="personal"),
        ShareField("reason", Words("外出事由", "Reason"), data_class="personal"),
        ShareField("branch", Words("接收支部", "Host branch")),
        ShareField("contact", Words("接收支部联系人", "Contact at the host"), data_class="personal"),
        ShareField("reach", Words("联系方式", "How to reach them"), data_class="personal"),
    ),
    action=READ_ATTACHMENT,
    project=project_attachments,
    case=LENDING,
)
GUEST_MARK = Shareable(
    kind=MARK_KIND,
    title=Words("挂靠党员到会情况", "A guest's attendance"),
    fields=(
        ShareField("case", Words("事项编号", "Number of the case"), is_mark=True),
        ShareField("held_on", Words("日期", "Day"), "date"),
        ShareField("kinds", Words("类型", "Kinds"), "texts", words=ATTENDED),
        ShareField("mark", Words("到会情况", "Attendance"), data_class="personal", words=MARKS),
    ),
    action=READ_ATTACHMENT,
    project=project_marks,
)
NEEDED: Final = CASE_KEYS | {"name"}
"""Without these fields in the agreement nobody can be offered."""

REASONS: Final[Mapping[str, Words]] = {
    "name": Words("接收支部要知道接收的是谁", "so that the host branch knows whom it takes in"),
    "member_class": Words("安排参加组织生活", "to have the guest take part as what they are"),
    "organization": Words("与原支部联系", "to be in touch with the home branch"),
    "reason": Words("了解外出情况", "to know why the member is away"),
    "branch": Words("党员知道去哪里报到", "so that the member knows where to go"),
    "contact": Words("党员和原支部知道找谁", "so that member and home branch know whom to ask"),
    "reach": Words("党员和原支部知道找谁", "so that member and home branch know whom to ask"),
    "mark": Words("在接收支部到会计入原支部", "so that attendance at the host counts at home"),
}
OF_CASE: Final = Words("双方办理挂靠", "so that both sides can lend and take back")
BASIS: Final = Words("本人书面同意", "written consent of the person")
DAYS: Final = 366


def asked_shares(locale: str = "zh_CN") -> tuple[AskedShare, AskedShare]:
    """A second attachment as an agreement names it, with a reason for each field, and consent for each that is personal."""

    def asked(field: ShareField) -> AskedField:
        reason = REASONS.get(field.key, OF_CASE).of(locale)
        return (
            AskedField(field.key, reason, BASIS.of(locale), DAYS)
            if field.is_personal
            else AskedField(field.key, reason)
        )

    return (
        AskedShare(KIND, tuple(map(asked, ATTACHMENT.fields))),
        AskedShare(MARK_KIND, tuple(map(asked, GUEST_MARK.fields))),
    )
