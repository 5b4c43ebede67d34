"""With whom we do something, and what waits for us: partnerships by their last day, and invitations."""

import uuid

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.spaces.reading import Agreement, spaces_of, wholes_of
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import READ_ACTIVITY
from zhibu_partnership.joint.reading import Invitation, activities_of, invitations_for, joints_of
from zhibu_partnership.joint.sharing import KIND
from zhibu_partnership.pages.activity_words import COLUMNS, activity_rows
from zhibu_partnership.pages.words import others_in_words
from zhibu_partnership.plan.panel import due_for
from zhibu_partnership.plan.sharing import USUAL
from zhibu_partnership.waiting import waiting_for
from zhibu_web.components import Column, Link, Row
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

HERE = "/partnership"
SHOWN = 50
PARTNERS = (Column(_L("Partnership")), Column(_L("Partner")), Column(_L("Until", "agreement")))


@get(HERE, opt={"action": READ_ACTIVITY})
async def partnerships_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """What waits for us first; then agreements in force by their last day, those that name joint activities with a page of ours;
    then what was held.
    """
    locale, prefix = locale_of_request(request), prefix_of(request)
    wholes = await wholes_of(session, await spaces_of(session, who, state="in_force", limit=SHOWN))
    wholes = sorted(wholes, key=lambda one: (one.space.ends_on, one.space.id))
    joints = await joints_of(session, who, await activities_of(session, who, limit=SHOWN))
    context = {
        "partners": PARTNERS,
        "rows": [
            Row(
                one.space.title,
                (others_in_words(one.parties, locale), one.space.ends_on.isoformat()),
                f"{prefix}{HERE if names_activities(one) else '/together'}/spaces/{one.space.id}",
            )
            for one in wholes
        ],
        "waiting": await waiting_for(session, who, joints),
        "tasks": [task for task, _, _ in await due_for(session, who)],
        "columns": COLUMNS,
        "activities": activity_rows(joints, who.today, prefix, locale),
        "outcome": Link(_L("What came of it"), f"{prefix}{HERE}/outcome"),
        "board": Link(_L("Board"), f"{prefix}{HERE}/board"),
        "propose": f"{prefix}/together/spaces/new?share={','.join(USUAL)}" if who.may("space.propose") else None,
    }
    return page(request, who, platform, "partnership/partnerships.html", context, door="together")


async def invitation_links(
    session: AsyncSession, who: Scope, prefix: str, space_id: uuid.UUID | None = None
) -> list[tuple[Link, Invitation]]:
    """Invitations that wait for us, each with its address."""
    found = await invitations_for(session, who, space_id=space_id)
    return [
        (Link(one.said.title, f"{prefix}{HERE}/invitations/{one.copy.space_id}/{one.series}"), one) for one in found
    ]


def names_activities(whole: Agreement) -> bool:
    """Whether the version in force lets joint activities cross."""
    version = whole.in_force
    return version is not None and any(one.kind == KIND for one in whole.terms(version).shares)
