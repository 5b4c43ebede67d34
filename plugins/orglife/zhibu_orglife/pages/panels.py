"""Panels: on home what waits for the own word, on an organization's page its latest meetings."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.actions import RECORD
from zhibu_orglife.kinds import KINDS
from zhibu_orglife.models import Attendance, Meeting
from zhibu_orglife.pages.places import local
from zhibu_orglife.reading import own_attendance, visible_meetings

ON_HOME = 3
ON_ORGANIZATION = 5


async def to_confirm(session: AsyncSession, scope: Scope, _subject: uuid.UUID) -> Mapping[str, Any] | None:
    """The newest meetings whose mark the asker has not answered; None where there are none (one statement)."""
    query = own_attendance(scope).where(Attendance.confirmed_at.is_(None), Attendance.disputed.is_(None))
    # An imported roll is old news; only what was recorded here asks for a word on the home page.
    query = query.where(Meeting.origin == "recorded").order_by(Meeting.starts_at.desc()).limit(ON_HOME + 1)
    rows = (await session.execute(query)).all()
    if not rows:
        return None
    found = [_entry(scope, meeting) for _, meeting in rows[:ON_HOME]]
    return {"meetings": found, "more": len(rows) > ON_HOME}


async def latest(session: AsyncSession, scope: Scope, organization_id: uuid.UUID) -> Mapping[str, Any] | None:
    """The latest meetings of an organization and the way to its workbench (one statement)."""
    query = visible_meetings(scope).where(
        Meeting.organization_id == organization_id, Meeting.state.in_(("planned", "submitted", "approved"))
    )
    rows = (await session.execute(query.order_by(Meeting.starts_at.desc()).limit(ON_ORGANIZATION))).all()
    if not rows:
        return None
    organization: Organization = rows[0][1]
    return {
        "meetings": [_entry(scope, meeting) for meeting, _ in rows],
        "code": organization.code if scope.may(RECORD, organization.path) else None,
    }


def _entry(scope: Scope, meeting: Meeting) -> dict[str, Any]:
    return {
        "id": meeting.id,
        "kinds": [KINDS[kind] for kind in meeting.kinds],
        "day": local(scope, meeting.starts_at).date(),
        "topic": meeting.topic,
        "planned": meeting.state == "planned",
    }
