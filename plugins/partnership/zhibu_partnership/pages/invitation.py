"""An invitation of another side: what, when, where; accepted or declined by one of ours."""

import uuid
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.platform import Platform
from zhibu_core.spaces.copies import read_copies
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import READ_ACTIVITY, RECORD
from zhibu_partnership.joint.inviting import accept, decline
from zhibu_partnership.joint.reading import invitation_to
from zhibu_partnership.pages.activity_words import facts_of
from zhibu_web.components import Link
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

ONE = "/partnership/invitations/{space_id:uuid}/{series:uuid}"


@get(ONE, opt={"action": READ_ACTIVITY})
async def invitation_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    series: FromPath[uuid.UUID],
) -> Response[str]:
    """What it says; that somebody read it is noted for both sides."""
    return await _shown(request, who, platform, session, space_id, series)


@post(ONE, opt={"action": RECORD})
async def invitation_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    series: FromPath[uuid.UUID],
) -> Response[Any]:
    """Accepts it, or declines it with a reason."""
    form = await request.form()
    try:
        if form.get("act") == "decline":
            activity = await decline(platform, session, who, space_id, series, str(form.get("reason", "") or ""))
        else:
            activity = await accept(platform, session, who, space_id, series)
    except InvalidInput as error:
        return await _shown(request, who, platform, session, space_id, series, error)
    return Redirect(f"{prefix_of(request)}/partnership/activities/{activity.id}", status_code=303)


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    space_id: uuid.UUID,
    series: uuid.UUID,
    error: InvalidInput | None = None,
) -> Response[str]:
    found = await invitation_to(session, who, space_id, series)
    if found is None:
        raise not_found(Words("邀请", "invitation"), str(series))
    await read_copies(session, who, [found.copy])
    prefix = prefix_of(request)
    context = {
        "found": found,
        "facts": facts_of(found.said, locale_of_request(request)),
        "may": who.may(RECORD),
        "action": f"{prefix}/partnership/invitations/{space_id}/{series}",
        "crumbs": (Link(found.space_title, f"{prefix}/partnership/spaces/{space_id}"), Link(found.said.title)),
        "error": error.message if error else None,
        "has_errors": error is not None,
    }
    status = 422 if error else 200
    return page(request, who, platform, "partnership/invitation.html", context, door="together", status=status)
