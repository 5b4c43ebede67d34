"""One page that records a meeting: what is known, the roll, points, decision, tasks, and one button."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.actions import RECORD
from zhibu_orglife.content import Minutes
from zhibu_orglife.models import Meeting
from zhibu_orglife.pages.fields import PLACES, Fields, Trouble, from_form, to_minutes
from zhibu_orglife.pages.record_view import record_context
from zhibu_orglife.pages.roll import roll_form
from zhibu_orglife.pages.sheet import Sheet, sheet_asked_for
from zhibu_orglife.pages.workbench import choose_branch
from zhibu_orglife.recording import correct_meeting, record_meeting
from zhibu_web.framing import AnyRequest, page, prefix_of

HERE = "/life/record"


@get(HERE, opt={"action": RECORD})
async def record_page(request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession) -> Response[str]:
    """The form of what the address names, filled with what is known."""
    sheet = await sheet_asked_for(request, session, platform, who)
    if sheet is None:
        return await choose_branch(request, who, platform, session, HERE)
    return await _shown(request, who, platform, session, sheet, sheet.fields)


@post(HERE, opt={"action": RECORD}, status_code=200)
async def record_sent(request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession) -> Response[Any]:
    """Keeps the record, or shows the form again: with everybody present, one more task, or what is wrong."""
    sheet = await sheet_asked_for(request, session, platform, who)
    if sheet is None:
        return Redirect(f"{prefix_of(request)}{HERE}", status_code=303)
    form = await request.form()
    said, act = from_form(form), str(form.get("act", "submit"))
    if act == "all_present":
        due = (await roll_form(session, who, sheet.branch, said)).due
        return await _shown(request, who, platform, session, sheet, said.with_all_present(due))
    if act in ("refresh", "add_task"):
        shown = said.with_task() if act == "add_task" else said
        return await _shown(request, who, platform, session, sheet, shown)
    minutes = to_minutes(said, sheet.branch.id, attachments=sheet.meeting.attachments if sheet.meeting else 0)
    if not isinstance(minutes, Minutes):
        return await _shown(request, who, platform, session, sheet, said, minutes)
    try:
        # What a refusal has already put into rows goes with the savepoint.
        async with session.begin_nested():
            meeting = await _keep(session, who, sheet, minutes, said, submit=act != "draft")
    except (InvalidInput, Conflict) as error:
        sheet = await sheet_asked_for(request, session, platform, who) or sheet
        trouble = (PLACES.get(error.field or "", error.field or "day"), error.message)
        return await _shown(request, who, platform, session, sheet, said, [trouble])
    if meeting.state == "draft":
        return Redirect(f"{prefix_of(request)}{HERE}?meeting={meeting.id}&kept=1", status_code=303)
    return Redirect(f"{prefix_of(request)}/life/meetings/{meeting.id}?done={meeting.state}", status_code=303)


async def _keep(
    session: AsyncSession, who: Scope, sheet: Sheet, minutes: Minutes, said: Fields, *, submit: bool
) -> Meeting:
    if sheet.mode == "correct" and sheet.meeting_id is not None:
        return await correct_meeting(session, who, sheet.meeting_id, minutes, reason=said.why)
    return await record_meeting(session, who, minutes, meeting_id=sheet.meeting_id, submit=submit)


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    sheet: Sheet,
    said: Fields,
    troubles: list[Trouble] | None = None,
) -> Response[str]:
    context = await record_context(request, who, platform, session, sheet, said)
    context |= {"errors": troubles or [], "wrong": dict(troubles or []), "has_errors": bool(troubles)}
    context["open_known"] = context["open_known"] or any(name in context["known_fields"] for name in context["wrong"])
    status = 422 if troubles else 200
    return page(request, who, platform, "orglife/record.html", context, door="life", status=status)
