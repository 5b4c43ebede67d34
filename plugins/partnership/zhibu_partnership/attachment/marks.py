"""A guest's attendance: marked by the host at a meeting that its ledger has already, counted at home by a fact of home's own."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.ledger.facts import ATTENDED, FactDraft, end_facts, write_facts
from zhibu_core.ledger.models import Fact, FactEnd
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import Event, publish
from zhibu_core.spaces.cases.keeping import case_locked
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.spaces.cases.reading import standing_of
from zhibu_core.spaces.copies import copies_of
from zhibu_core.spaces.models import SpaceCopy
from zhibu_core.spaces.publishing import publish_records
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words
from zhibu_partnership.actions import HOST_ATTACHMENT, require
from zhibu_partnership.attachment.effects import RECORD_TYPE, SOURCE
from zhibu_partnership.attachment.models import GuestMark
from zhibu_partnership.attachment.moves import ATTENDED as KINDS
from zhibu_partnership.attachment.moves import HOSTED, LENDING, MARKS, RETURNED
from zhibu_partnership.attachment.reading import case_of
from zhibu_partnership.attachment.sharing import KIND, MARK_KIND

HELD, ATTENDANCE = "activity", "attendance"
_IN_FORCE = ~select(FactEnd.id).where(FactEnd.tenant_id == Fact.tenant_id, FactEnd.fact_id == Fact.id).exists()


@dataclass(frozen=True)
class HostMeeting:
    """Something that the host branch held while the guest was there; `mark` is the guest's, empty where none was set yet."""

    record_id: uuid.UUID
    held_on: dt.date
    kinds: tuple[str, ...]
    mark: str


async def meetings_of(session: AsyncSession, case: SpaceCase) -> list[HostMeeting]:
    """What the host branch held in the guest's days, the newest first (three statements)."""
    span = await _span(session, case)
    if span is None:
        return []
    query = select(Fact).where(
        Fact.organization_id == case.organization_id, Fact.kind == HELD, Fact.happened_on.between(*span), _IN_FORCE
    )
    marks = await marks_of(session, case.id)
    return [
        HostMeeting(fact.record_id, fact.happened_on, _kinds(fact), marks.get(fact.record_id, ""))
        for fact in await session.scalars(query.order_by(Fact.happened_on.desc(), Fact.id.desc()))
    ]


async def marks_of(session: AsyncSession, case_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """The guest's marks by the meeting's record (one statement)."""
    rows = await session.execute(select(GuestMark.record_id, GuestMark.mark).where(GuestMark.case_id == case_id))
    return dict(rows.all())


async def mark_guest(
    platform: Platform, session: AsyncSession, who: Scope, case_id: uuid.UUID, record_id: uuid.UUID, mark: str
) -> GuestMark:
    """The host says how its guest was at one of its meetings; said again it corrects. Home hears of it at once.

    Raises `NotFound`, `Forbidden`, `Conflict` for whoever is no guest of ours, `InvalidInput` for a mark that there is not, or a meeting
    that the branch did not hold in the guest's days.
    """
    here = await case_of(session, who, case_id)
    require(who, HOST_ATTACHMENT, here.place.path)
    case = await case_locked(session, case_id)
    if case.is_own or case.state not in (HOSTED, RETURNED):
        raise Conflict("no_guest", Words("这名党员现在不由本单位接收。", "This member is no guest of ours."))
    if mark not in MARKS:
        raise InvalidInput("mark", Words("请选择到会情况。", "Choose how they attended."), field="mark")
    meeting = next((one for one in await meetings_of(session, case) if one.record_id == record_id), None)
    if meeting is None:
        said = Words(
            "接收支部在挂靠期间没有这次活动的记录。",
            "The host branch has no record of such a meeting in the guest's days.",
        )
        raise InvalidInput("meeting", said, field="meeting")
    made = await _write(session, who, case, meeting, mark)
    await publish(session, "partnership.attachment.marked", "space_case", case.id)
    await publish_records(platform, session, who, case.space_id, MARK_KIND, [made.id], to=[case.party])
    return made


async def receive_marks(session: AsyncSession, who: Scope, event: Event) -> None:
    """What a host said of our members: each mark becomes an attendance of home's own, a corrected one replaces it."""
    for copy in await copies_of(session, who, parcel_id=event.object_id, kind=MARK_KIND, limit=1000):
        case = await _own_case(session, copy)
        if case is not None:
            await _count_at_home(session, case, copy)


async def _count_at_home(session: AsyncSession, case: SpaceCase, copy: SpaceCopy) -> None:
    if not {"held_on", "mark"} <= copy.record.keys() or copy.record["mark"] not in MARKS:
        return  # the agreement does not name the day or the mark: it is read, and counts for nothing
    day, mark = dt.date.fromisoformat(str(copy.record["held_on"])), str(copy.record["mark"])
    kinds = [kind for kind in KINDS if kind in (copy.record.get("kinds") or ())]
    there = select(Fact).where(Fact.record_id == copy.subject, _IN_FORCE)
    before = {(one.kind, one.happened_on, one.mark) for one in await session.scalars(there)}
    said = {(ATTENDANCE, day, mark), *((ATTENDED + kind, day, None) for kind in kinds)}
    if before == said:
        return
    if before:
        await end_facts(session, [copy.subject], "superseded", note="corrected by the host", ended_by=None)
    drafts = [
        FactDraft(kind, case.organization_id, day, RECORD_TYPE, copy.subject, person_id=case.person_id, mark=said_mark)
        for kind, day, said_mark in sorted(said, key=lambda one: one[0])
    ]
    await write_facts(session, drafts, source=SOURCE, written_by=None)
    await publish(session, "partnership.attachment.attended", "partnership_attachment", copy.subject)


def _kinds(fact: Fact) -> tuple[str, ...]:
    return tuple((fact.detail or {}).get("kinds", ()))


async def _own_case(session: AsyncSession, copy: SpaceCopy) -> SpaceCase | None:
    try:
        key = uuid.UUID(str(copy.record.get("case")))
    except ValueError:
        return None
    query = select(SpaceCase).where(
        SpaceCase.id == key, SpaceCase.kind == KIND, SpaceCase.is_own, SpaceCase.party == copy.owner_tenant
    )
    found: SpaceCase | None = await session.scalar(query.with_for_update())
    return found


async def _write(session: AsyncSession, who: Scope, case: SpaceCase, meeting: HostMeeting, mark: str) -> GuestMark:
    query = select(GuestMark).where(GuestMark.case_id == case.id, GuestMark.record_id == meeting.record_id)
    found: GuestMark | None = await session.scalar(query)
    if found is None:
        found = GuestMark(id=new_id(), case_id=case.id, record_id=meeting.record_id)
        session.add(found)
    found.held_on, found.kinds, found.mark = meeting.held_on, list(meeting.kinds), mark
    found.written_by, found.written_at = who.actor.person_id if who.actor else None, instant_of(session)
    await session.flush()
    return found


async def _span(session: AsyncSession, case: SpaceCase) -> tuple[dt.date, dt.date] | None:
    """The guest's days at the host: from the arrival to the return."""
    standing = await standing_of(session, LENDING, case)
    since = standing.day_of(HOSTED)
    return None if since is None else (since, standing.day_of(RETURNED) or case.until_on)
