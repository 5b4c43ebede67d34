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
from zhibu_partnership.joint.reading import Invitation, activities_of, differing_in, invitations_for
from zhibu_partnership.joint.sharing import KIND
from zhibu_partnership.pages.activity_words import COLUMNS, activity_rows
from zhibu_partnership.pages.words import others_in_words
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
    """Invitations first; then agreements in force that name joint activities, by their last day; then what was held."""
    locale, prefix = locale_of_request(request), prefix_of(request)
    wholes = await wholes_of(session, await spaces_of(session, who, state="in_force", limit=SHOWN))
    named = sorted((one for one in wholes if names_activities(one)), key=lambda one: (one.space.ends_on, one.space.id))
    activities = await activities_of(session, who, limit=SHOWN)
    differ = await differing_in(session, who, activities)
    context = {
        "partners": PARTNERS,
        "rows": [
            Row(
                one.space.title,
                (others_in_words(one.parties, locale), one.space.ends_on.isoformat()),
                f"{prefix}{HERE}/spaces/{one.space.id}",
            )
            for one in named
        ],
        "invitations": await invitation_links(session, who, prefix),
        "columns": COLUMNS,
        "activities": activity_rows(activities, differ, prefix, locale),
        "outcome": Link(_L("What came of it"), f"{prefix}{HERE}/outcome"),
        "board": Link(_L("Board"), f"{prefix}{HERE}/board"),
        "propose": f"{prefix}/together/spaces/new" if who.may("space.propose") else None,
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
