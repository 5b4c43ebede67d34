"""One meeting: its page, the member's own word on it, tasks done, approval, withdrawal."""

import uuid
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.access import meeting_not_found
from zhibu_orglife.actions import APPROVE, CONFIRM, READ, READ_ROLL, RECORD, WITHDRAW
from zhibu_orglife.approving import approve_meeting, withdraw_meeting
from zhibu_orglife.attendance import confirm_attendance, dispute_attendance
from zhibu_orglife.kinds import HEART_TALK
from zhibu_orglife.models import Attendance, Meeting
from zhibu_orglife.pages.activity_view import activity_context
from zhibu_orglife.reading import meeting_seen
from zhibu_orglife.returning import return_meeting
from zhibu_orglife.tasks import close_task
from zhibu_web.framing import AnyRequest, page, prefix_of

HERE = "/life/meetings/{meeting_id:uuid}"
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@get(HERE, opt={"action": READ, "shows": "meeting"})
async def meeting_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The meeting, as much of it as the asker may read."""
    return await _shown(request, who, platform, session, meeting_id)


@post(f"{HERE}/confirm", opt={"action": CONFIRM})
async def confirm(
    request: AnyRequest,
    who: NamedDependency[Scope],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
) -> Redirect:
    """Keeps that the asker agrees with the own mark."""
    await confirm_attendance(session, who, meeting_id)
    return _back(request, meeting_id, "confirmed")


@get(f"{HERE}/dispute", opt={"action": CONFIRM})
async def dispute_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
) -> Response[str]:
    """Asks what was different."""
    return await _shown(request, who, platform, session, meeting_id, template="orglife/dispute.html")


@post(f"{HERE}/dispute", opt={"action": CONFIRM})
async def dispute(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
    data: Form,
) -> Response[Any]:
    """Keeps what the asker says against the own mark."""
    try:
        await dispute_attendance(session, who, meeting_id, data.get("text", ""))
    except InvalidInput as error:
        return await _shown(request, who, platform, session, meeting_id, error, data, template="orglife/dispute.html")
    return _back(request, meeting_id, "disputed")


@get(f"{HERE}/withdraw", opt={"action": WITHDRAW})
async def withdraw_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
) -> Response[str]:
    """Says what withdrawing does, before it is done."""
    return await _shown(request, who, platform, session, meeting_id, template="orglife/withdraw.html", action=WITHDRAW)


@post(f"{HERE}/withdraw", opt={"action": WITHDRAW})
async def withdraw(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
    data: Form,
) -> Response[Any]:
    """Takes the record, draft or plan back."""
    try:
        await withdraw_meeting(session, who, meeting_id, reason=data.get("reason", ""))
    except (InvalidInput, Conflict) as error:
        return await _shown(
            request, who, platform, session, meeting_id, error, data, template="orglife/withdraw.html", action=WITHDRAW
        )
    return _back(request, meeting_id, "withdrawn")


@post(f"{HERE}/approve", opt={"action": APPROVE})
async def approve(
    request: AnyRequest,
    who: NamedDependency[Scope],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
) -> Redirect:
    """Puts the record into force."""
    await approve_meeting(session, who, meeting_id)
    return _back(request, meeting_id, "approved")


@post(f"{HERE}/return", opt={"action": APPROVE})
async def send_back(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
    data: Form,
) -> Response[Any]:
    """Sends the record back to those who wrote it."""
    try:
        await return_meeting(session, who, meeting_id, reason=data.get("reason", ""))
    except InvalidInput as error:
        return await _shown(request, who, platform, session, meeting_id, error, data)
    return _back(request, meeting_id, "returned")


@post(f"{HERE}/tasks/{{task_id:uuid}}/close", opt={"action": RECORD})
async def close(
    request: AnyRequest,
    who: NamedDependency[Scope],
    session: NamedDependency[AsyncSession],
    meeting_id: FromPath[uuid.UUID],
    task_id: FromPath[uuid.UUID],
) -> Redirect:
    """Keeps that a task was done today."""
    await close_task(session, who, task_id)
    return _back(request, meeting_id, "closed")


def _back(request: AnyRequest, meeting_id: uuid.UUID, done: str) -> Redirect:
    return Redirect(f"{prefix_of(request)}/life/meetings/{meeting_id}?done={done}", status_code=303)


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    meeting_id: uuid.UUID,
    error: InvalidInput | Conflict | None = None,
    typed: dict[str, str] | None = None,
    *,
    template: str = "orglife/meeting.html",
    action: str = READ,
) -> Response[str]:
    meeting, branch = await _seen(session, who, meeting_id)
    if not who.may(action, branch.path) and action != READ:
        raise meeting_not_found()
    context = await activity_context(request, who, platform, session, meeting, branch)
    if template.endswith("dispute.html") and not context["answerable"]:
        raise meeting_not_found()
    context |= {"error": error, "typed": typed or {}, "has_errors": error is not None}
    return page(request, who, platform, template, context, door="life", status=422 if error else 200)


async def _seen(session: AsyncSession, who: Scope, meeting_id: uuid.UUID) -> tuple[Meeting, Organization]:
    """The meeting where the asker may read; one on whose roll the asker stands is open from any branch."""
    joined = (Organization.tenant_id == Meeting.tenant_id) & (Organization.id == Meeting.organization_id)
    line = (Attendance.tenant_id == Meeting.tenant_id) & (Attendance.meeting_id == Meeting.id)
    mine = (
        select(Meeting, Organization)
        .join(Organization, joined)
        .join(Attendance, line)
        .where(
            Meeting.id == meeting_id,
            Attendance.person_id == who.person(),
            Meeting.state.in_(("submitted", "approved")),
        )
    )
    if found := (await session.execute(mine)).first():
        return found[0], found[1]
    meeting, branch = await meeting_seen(session, who, meeting_id)
    # A talk concerns those who talked and those who keep the records.
    if HEART_TALK in meeting.kinds and not who.may(READ_ROLL, branch.path):
        raise meeting_not_found()
    return meeting, branch
