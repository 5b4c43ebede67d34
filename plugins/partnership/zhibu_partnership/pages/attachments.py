"""Second attachments: the list of both directions, and the pages of a member about themselves."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.spaces.reading import Agreement, spaces_of, wholes_of
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import OFFER_ATTACHMENT, READ_ATTACHMENT, READ_OWN_ATTACHMENT
from zhibu_partnership.attachment.moves import LENDING
from zhibu_partnership.attachment.reading import Whole, attachments_of, noted, own_of, whole_of
from zhibu_partnership.attachment.sharing import KIND, asked_shares
from zhibu_partnership.pages.attachment_words import COLUMNS, SHAPES, AttachmentWords
from zhibu_partnership.pages.words import others_in_words
from zhibu_web.components import Link
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

HERE = "/partnership/attachments"
SHOWN = 200
MOST_OWN = 5
"""Of one person on one page: there is one open, and the last ones."""


@get(HERE, opt={"action": READ_ATTACHMENT, "meets": ("timer",)})
async def attachments_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """What is open first, what is due first in front; then what came to its end. Offered under an agreement that names it."""
    locale, prefix = locale_of_request(request), prefix_of(request)
    words = AttachmentWords(who, locale)
    found = await attachments_of(session, who, limit=SHOWN)
    wholes = await wholes_of(session, await spaces_of(session, who, state="in_force"))
    offers = [
        Link(others_in_words(one.parties, locale), f"{prefix}/partnership/spaces/{one.space.id}/attach")
        for one in wholes
        if who.may(OFFER_ATTACHMENT) and names_attachments(one)
    ]
    context = {
        "columns": COLUMNS,
        "open": [words.row(one, prefix) for one in found if one.case.is_open],
        "closed": [words.row(one, prefix) for one in found if not one.case.is_open],
        "offers": offers,
        "propose": f"{prefix}/together/spaces/new?{'&'.join(f'share={one.kind}' for one in asked_shares())}"
        if who.may("space.propose")
        else None,
    }
    return page(request, who, platform, "partnership/attachments.html", context, door="together")


@get(HERE + "/mine", opt={"action": READ_OWN_ATTACHMENT})
async def my_attachments(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The reader's own: what was offered and accepted by whom, whom to ask, what crossed of them and who read it."""
    words = AttachmentWords(who, locale_of_request(request))
    wholes = [await whole_of(session, who, one) for one in (await own_of(session, who, who.person()))[:MOST_OWN]]
    for whole in wholes:
        await noted(session, who, whole)
    crumbs = (Link(_L("My record"), f"{prefix_of(request)}/me"), Link(_L("My stay with a host branch")))
    context = {"mine": [shown(whole, words) for whole in wholes], "crumbs": crumbs}
    return page(request, who, platform, "partnership/attachments_mine.html", context, door="mine")


async def my_panel(session: AsyncSession, scope: Scope, subject: Any) -> dict[str, Any] | None:
    """On the page of a member: where they are as a guest, or were last; None for whoever never was."""
    found: Sequence[Any] = await own_of(session, scope, subject)
    is_own = scope.actor is not None and scope.actor.person_id == subject
    lines = [(one, LENDING.title(one.case.state), SHAPES.get(one.case.state, "doing")) for one in found[:2]]
    return {"lines": lines, "is_own": is_own} if lines else None


def names_attachments(whole: Agreement) -> bool:
    """Whether the version in force lets second attachments cross."""
    version = whole.in_force
    return version is not None and any(one.kind == KIND for one in whole.terms(version).shares)


def shown(whole: Whole, words: AttachmentWords) -> dict[str, Any]:
    """What the page of one attachment says of it, to either side and to the member."""
    here = whole.here
    return {
        "name": here.name or words.nameless(),
        "case": here.case,
        "other": here.other,
        "state": LENDING.title(here.case.state),
        "shape": SHAPES.get(here.case.state, "doing"),
        "is_late": here.case.due_on is not None and here.is_overdue(words.today),
        "facts": words.facts(whole),
        "steps": words.steps(whole),
        "attended": words.attended(whole),
        "contacts": words.contacts(whole),
        "crossings": words.crossings(whole),
    }
