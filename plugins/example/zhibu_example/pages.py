"""The page of the reading circle: what was read, the list of books, and the form for one's own branch."""

import uuid
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_example.notes import NoteDraft, notes_of, record_note, withdraw_note
from zhibu_example.permissions import READ, WRITE
from zhibu_example.shelf import books
from zhibu_web.forms import day_in
from zhibu_web.framing import page, prefix_of

HERE = "/example/notes"
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
AnyRequest = Request[Any, Any, Any]


@get(HERE, opt={"action": READ, "meets": ("frequency",)})
async def notes_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The notes that the asker may read."""
    return await _shown(request, who, platform, session)


@post(HERE, opt={"action": WRITE})
async def record(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    data: Form,
) -> Response[Any]:
    """Adds a note of the asker's own branch; what is wrong is shown beside what was typed."""
    try:
        await record_note(session, who, _draft(who, data))
    except InvalidInput as error:
        return await _shown(request, who, platform, session, data, error)
    return Redirect(f"{prefix_of(request)}{HERE}", status_code=303)


@post(HERE + "/{note_id:uuid}/withdraw", opt={"action": WRITE})
async def withdraw(
    request: AnyRequest,
    who: NamedDependency[Scope],
    session: NamedDependency[AsyncSession],
    note_id: FromPath[uuid.UUID],
) -> Redirect:
    """Takes a note back."""
    await withdraw_note(session, who, note_id)
    return Redirect(f"{prefix_of(request)}{HERE}", status_code=303)


def _draft(who: Scope, data: dict[str, str]) -> NoteDraft:
    branch = who.actor.branch_id if who.actor else None
    if branch is None:
        raise InvalidInput(
            "no_branch",
            Words(
                "您不在任何支部，不能登记。请联系组织员。",
                "You belong to no branch, so you cannot note anything. Ask the organizer.",
            ),
        )
    read_on = day_in(data.get("read_on", ""), "read_on")
    return NoteDraft(branch, read_on, data.get("book", ""), data.get("thought", ""))


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    typed: dict[str, str] | None = None,
    error: InvalidInput | None = None,
) -> Response[str]:
    branch_id = who.actor.branch_id if who.actor else None
    branch = await session.scalar(select(Organization).where(Organization.id == branch_id)) if branch_id else None
    context = {
        "notes": [(note, place, who.may(WRITE, place.path)) for note, place in await notes_of(session, who)],
        "books": await books(session),
        "branch": branch if branch and who.may(WRITE, branch.path) else None,
        "typed": typed or {},
        "error": error,
        "has_errors": error is not None,
        "here": f"{prefix_of(request)}{HERE}",
    }
    status = 200 if error is None else 422
    return page(request, who, platform, "example/notes.html", context, door="learning", status=status)
