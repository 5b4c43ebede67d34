"""What of a meeting can be published to another tenant: what, when, where, what came of it, how many came; nobody by name."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import all_, and_, case, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.spaces.declared import After, Candidate, Projection, Shareable, ShareField
from zhibu_core.storage.keeping import files_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.actions import READ
from zhibu_orglife.evidence import OBJECT
from zhibu_orglife.kinds import HEART_TALK, KINDS, THERE
from zhibu_orglife.models import Attendance, Meeting

FILES = "files"


async def project_meetings(
    session: AsyncSession, _: Scope, ids: Sequence[uuid.UUID], fields: frozenset[str]
) -> Mapping[uuid.UUID, Projection]:
    """The agreed fields of the approved versions of these meetings (two statements, three with files); a talk never crosses."""
    here = and_(Organization.tenant_id == Meeting.tenant_id, Organization.id == Meeting.organization_id)
    query = select(Meeting, Organization.name).join(Organization, here)
    query = query.where(or_(Meeting.id.in_(ids), Meeting.series_id.in_(ids)), Meeting.state == "approved")
    rows = [(one, place) for one, place in await session.execute(query) if HEART_TALK not in one.kinds]
    counts = await _counts(session, [one.id for one, _ in rows])
    kept = await files_of(session, OBJECT, [one.series_id for one, _ in rows]) if FILES in fields else {}
    asked, found = set(ids), {}
    for one, place in rows:
        files = [file.id for file in kept.get(one.series_id, ())]
        chosen = {
            key: value for key, value in _values(one, place, *counts.get(one.id, (0, 0))).items() if key in fields
        }
        known = one.id if one.id in asked else one.series_id
        found[known] = Projection(one.organization_id, chosen, files, lasting_id=one.series_id)
    return found


async def meetings_to_publish(
    session: AsyncSession, _: Scope, paths: Sequence[str], after: After | None, limit: int
) -> list[Candidate]:
    """The approved meetings of these subtrees, newest first, each by the id of its first version; no talk (one statement)."""
    here = and_(Organization.tenant_id == Meeting.tenant_id, Organization.id == Meeting.organization_id)
    query = select(Meeting.series_id, Meeting.topic, Organization.name, Meeting.held_on).join(Organization, here)
    query = query.where(in_subtrees(Organization.path, paths), Meeting.state == "approved")
    query = query.where(literal(HEART_TALK) != all_(Meeting.kinds))
    if after is not None:
        query = query.where(tuple_(Meeting.held_on, Meeting.series_id) < after)
    rows = await session.execute(query.order_by(Meeting.held_on.desc(), Meeting.series_id.desc()).limit(limit))
    return [Candidate(*row) for row in rows]


def _values(one: Meeting, place: str, there: int, listed: int) -> dict[str, Any]:
    return {
        "organization": place,
        "topic": one.topic,
        "kinds": [KINDS[kind].zh if kind in KINDS else kind for kind in one.kinds],
        "held_on": one.held_on,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "place": one.place,
        "summary": one.resolution,
        "there": there,
        "listed": listed,
    }


async def _counts(session: AsyncSession, meetings: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int]]:
    """How many were there, and how many are on the roll."""
    came = func.count(case((Attendance.mark.in_(THERE), 1)))
    query = select(Attendance.meeting_id, came, func.count()).where(Attendance.meeting_id.in_(meetings))
    rows = await session.execute(query.group_by(Attendance.meeting_id))
    return {meeting: (there, listed) for meeting, there, listed in rows}


MEETINGS = Shareable(
    kind="orglife.meeting",
    title=Words("组织生活", "Meeting"),
    fields=(
        ShareField("organization", Words("组织", "Organization")),
        ShareField("topic", Words("主题", "Topic")),
        ShareField("kinds", Words("类型", "Kinds"), "texts"),
        ShareField("held_on", Words("日期", "Day"), "date"),
        ShareField("starts_at", Words("开始时间", "Start"), "instant"),
        ShareField("ends_at", Words("结束时间", "End"), "instant"),
        ShareField("place", Words("地点", "Place")),
        ShareField("summary", Words("决议和小结", "Outcome")),
        ShareField("there", Words("到会人数", "Number present"), "number"),
        ShareField("listed", Words("应到人数", "Number on the roll"), "number"),
        ShareField(FILES, Words("附件", "Files"), "files", data_class="personal"),
    ),
    action=READ,
    project=project_meetings,
    candidates=meetings_to_publish,
)
