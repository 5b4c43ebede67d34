"""One page that records a meeting: what is known, the roll, points, decision, tasks, and one button."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.actions import RECORD
from zhibu_orglife.content import Minutes
from zhibu_orglife.models import Meeting
from zhibu_orglife.pages.fields import PLACES, Fields, Trouble, from_form, rows_of, to_minutes
from zhibu_orglife.pages.record_view import record_context
from zhibu_orglife.pages.roll import roll_form
from zhibu_orglife.pages.sheet import Sheet, kept_as, sheet_asked_for
from zhibu_orglife.pages.workbench import choose_branch
from zhibu_orglife.recording import correct_meeting, record_meeting
from zhibu_web.framing import AnyRequest, page, prefix_of

HERE = "/life/record"
FOLLOWING = ("counts", "called", "known", "checks", "papers")
"""The parts of the page that follow from its fields."""


@get(HERE, opt={"action": RECORD, "meets": ("frequency",)})
async def record_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The form of what the address names, filled with what is known."""
    sheet = await sheet_asked_for(request, session, platform, who)
    if sheet is None:
        return await choose_branch(request, who, platform, session, HERE)
    return await _shown(request, who, platform, session, sheet, sheet.fields)


@post(HERE, opt={"action": RECORD}, status_code=200)
async def record_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Keeps the record, or shows the form again: with everybody present, one more task, or what is wrong."""
    form = await request.form()
    sheet = await sheet_asked_for(request, session, platform, who, str(form.get("draft") or ""))
    if sheet is None:
        return Redirect(f"{prefix_of(request)}{HERE}", status_code=303)
    said, act = from_form(form), str(form.get("act", "submit"))
    if act == "follow":
        return await _followed(request, who, platform, session, sheet, said, rows_of(form))
    if act == "all_present":
        due = (await roll_form(session, who, sheet.branch, said)).due
        return await _shown(request, who, platform, session, sheet, said.with_all_present(due))
    if act in ("refresh", "add_task"):
        shown = said.with_task() if act == "add_task" else said
        return await _shown(request, who, platform, session, sheet, shown)
    meeting = await _keep(session, who, sheet, said, submit=act != "draft")
    if not isinstance(meeting, Meeting):
        sheet = await sheet_asked_for(request, session, platform, who, str(sheet.draft_id or "")) or sheet
        return await _shown(request, who, platform, session, sheet, said, meeting)
    if meeting.state == "draft":
        return Redirect(f"{prefix_of(request)}{HERE}?meeting={meeting.id}&kept=1", status_code=303)
    return Redirect(f"{prefix_of(request)}/life/meetings/{meeting.id}?done={meeting.state}", status_code=303)


async def _keep(
    session: AsyncSession, who: Scope, sheet: Sheet, said: Fields, *, submit: bool
) -> Meeting | list[Trouble]:
    """The meeting once it is kept, or what is wrong in the fields."""
    minutes = to_minutes(said, sheet.branch.id, attachments=sheet.meeting.attachments if sheet.meeting else 0)
    if not isinstance(minutes, Minutes):
        return minutes
    try:
        # What a refusal has already put into rows goes with the savepoint.
        async with session.begin_nested():
            if sheet.mode == "correct" and sheet.meeting_id is not None:
                return await correct_meeting(session, who, sheet.meeting_id, minutes, reason=said.why)
            return await record_meeting(
                session, who, minutes, meeting_id=sheet.meeting_id, draft_id=sheet.draft_id, submit=submit
            )
    except (InvalidInput, Conflict) as error:
        return [(PLACES.get(error.field or "", error.field or "day"), error.message)]


async def _followed(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    sheet: Sheet,
    said: Fields,
    rows: frozenset[str],
) -> Response[str]:
    """Answers a change of a field: keeps the draft where that can be, and says anew what follows from the fields.

    Says so where others are due now than those in `rows`. A correction is kept only as a whole.
    """
    meeting = None if sheet.mode == "correct" else await _keep(session, who, sheet, said, submit=False)
    if isinstance(meeting, Meeting):
        sheet = kept_as(sheet, meeting)
    elif meeting is not None:
        sheet = await sheet_asked_for(request, session, platform, who, str(sheet.draft_id or "")) or sheet
    context = await record_context(request, who, platform, session, sheet, said)
    unkept = meeting[0][1] if isinstance(meeting, list) else None
    context |= {"errors": [], "wrong": {}, "has_errors": False, "unkept": unkept}
    context["outdated"] = context["people"].differs_from(rows)
    answer = page(request, who, platform, "orglife/record.html", context, door="life", block=FOLLOWING)
    if isinstance(meeting, Meeting):
        answer.headers["HX-Replace-Url"] = f"{prefix_of(request)}{HERE}?{sheet.query}"
    return answer


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
    context |= {
        "errors": troubles or [],
        "wrong": dict(troubles or []),
        "has_errors": bool(troubles),
        "unkept": None,
        "outdated": False,
    }
    context["open_known"] = context["open_known"] or any(name in context["known_fields"] for name in context["wrong"])
    status = 422 if troubles else 200
    return page(request, who, platform, "orglife/record.html", context, door="life", status=status)
