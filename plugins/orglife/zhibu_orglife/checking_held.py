"""Checks a record against what the tenant holds: who belongs to the branch, and whether it was recorded already."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.organization.tree import bounds
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words
from zhibu_orglife.kinds import HEART_TALK, kinds_in_words
from zhibu_orglife.models import Meeting

_BELONGING = text(
    """select m.person_id from membership m join organization o on o.tenant_id = m.tenant_id and o.id = m.organization_id
    where m.tenant_id = :t and m.person_id = any(:people) and o.path >= :low and o.path < :high
      and (m.until is null or (m.since <= :day and m.until >= :day))
    union
    select p.person_id from position p where p.tenant_id = :t and p.organization_id = :organization
      and p.person_id = any(:people) and (p.since is null or p.since <= :day) and (p.until is null or p.until >= :day)"""
)
HELD = ("draft", "submitted", "approved")
"""The states of records of meetings that were held."""


async def check_belonging(
    session: AsyncSession, organization: Organization, day: dt.date, people: Iterable[uuid.UUID], *, field: str
) -> None:
    """Raises `InvalidInput` naming those who belong neither to the organization's members nor to its posts."""
    wanted = set(people)
    if not wanted:
        return
    low, high = bounds(organization.path)
    given = {"t": tenant_of(session), "organization": organization.id, "day": day, "low": low, "high": high}
    strangers = wanted - set(await session.scalars(_BELONGING, given | {"people": list(wanted)}))
    if strangers:
        names = list(
            await session.scalars(select(Person.name).where(Person.id.in_(strangers)).order_by(Person.sort_name))
        )
        who = "、".join(names) or "名单中的人"
        raise InvalidInput(
            "person_elsewhere",
            Words(
                f"{who}不是{organization.name}的党员。请核对名单。",
                f"{who} is no member of {organization.name}. Check the list.",
            ),
            field=field,
        )


async def check_unrecorded(session: AsyncSession, meeting: Meeting, states: Sequence[str] = HELD) -> None:
    """Raises `Conflict` where another record of the organization says that the same was held at the same time.

    Talks of different people may be held at one time, so they do not count as the same.
    """
    same_day = select(Meeting).where(
        Meeting.organization_id == meeting.organization_id,
        Meeting.held_on == meeting.held_on,
        Meeting.state.in_(states),
        Meeting.series_id != meeting.series_id,
    )
    for other in await session.scalars(same_day):
        shared = [kind for kind in other.kinds if kind in meeting.kinds and kind != HEART_TALK]
        if shared and other.grp == meeting.grp and _overlap(meeting, other):
            said = kinds_in_words(shared)
            raise Conflict(
                "meeting_exists",
                Words(
                    f"{other.held_on} 的{said.zh}已有记录，时间相同。请打开那条记录修改，不要重复填写。",
                    f"There is a record of {other.held_on} ({said.en}) at the same time. "
                    "Open and change that record; do not write a second.",
                ),
                field="starts_at",
            )


def _overlap(one: Meeting, other: Meeting) -> bool:
    if one.starts_at == other.starts_at:
        return True
    first, second = sorted((one, other), key=lambda meeting: meeting.starts_at)
    return first.ends_at is not None and second.starts_at < first.ends_at
