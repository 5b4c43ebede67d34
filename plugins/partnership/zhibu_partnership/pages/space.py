"""One partnership: with whom, until when, what waits for us, and what both sides hold together."""

import uuid

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.spaces.powers import REVOKE, own_paths
from zhibu_core.spaces.reading import Agreement, whole_of
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import READ_ACTIVITY, READ_PLAN, RECORD
from zhibu_partnership.joint.reading import activities_of, joints_of
from zhibu_partnership.pages.activity_words import COLUMNS, activity_rows
from zhibu_partnership.pages.partnerships import invitation_links, names_activities
from zhibu_partnership.pages.plan_words import YEARS, year_rows
from zhibu_partnership.pages.words import others_in_words
from zhibu_partnership.plan.keeping import years_of
from zhibu_partnership.plan.outcome import outcomes_of
from zhibu_web.components import Link
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.space_ending import Ending, ending_of

SPACES = "/partnership/spaces"


@get(SPACES + "/{space_id:uuid}", opt={"action": READ_ACTIVITY, "shows": "space"})
async def partnership_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The activities of one agreement; its words, signatures and ledger are core's own page."""
    whole = await whole_of(session, who, space_id)
    locale, prefix = locale_of_request(request), prefix_of(request)
    holds = whole.space.state == "in_force" and names_activities(whole)
    here = f"{prefix}{SPACES}/{space_id}"
    activities = await activities_of(session, who, space_id=space_id, limit=200)
    joints = await joints_of(session, who, activities)
    context = {
        "whole": whole,
        "others": others_in_words(whole.parties, locale),
        "holds": holds,
        "invitations": await invitation_links(session, who, prefix, space_id),
        "columns": COLUMNS,
        "activities": activity_rows(joints, who.today, prefix, locale),
        "invite": f"{here}/invite" if holds and who.may(RECORD) else None,
        "years": (YEARS, year_rows(await outcomes_of(session, who, space_id=space_id), here)),
        "plans": [Link(str(year), f"{here}/plan/{year}") for year in years_of(whole.space)]
        if who.may(READ_PLAN)
        else [],
        "ending": await _ending(session, who, whole, prefix),
        "agreement": Link(_L("The agreement and what crossed"), f"{prefix}/together/spaces/{space_id}"),
        "crumbs": (Link(_L("Partnerships"), f"{prefix}/partnership"), Link(whole.space.title)),
    }
    return page(request, who, platform, "partnership/space.html", context, door="together")


async def _ending(session: AsyncSession, who: Scope, whole: Agreement, prefix: str) -> Ending | None:
    """The form to revoke the agreement from here, for who may."""
    paths = await own_paths(session, whole.space.id)
    may = whole.space.state == "in_force" and all(who.may(REVOKE, path) for path in paths)
    return ending_of(whole, prefix) if may else None
