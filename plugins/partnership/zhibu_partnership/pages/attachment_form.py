"""The form by which home offers one of its members to the other side of an agreement."""

import uuid
from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.i18n import _L
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.spaces.reading import Agreement, whole_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import OFFER_ATTACHMENT
from zhibu_partnership.attachment.offering import Offer, offer
from zhibu_partnership.attachment.sharing import HOME_FIELDS, KIND
from zhibu_partnership.joint.recording import members_of
from zhibu_partnership.pages.attachments import HERE
from zhibu_partnership.pages.places import key_in
from zhibu_partnership.pages.space import SPACES
from zhibu_partnership.pages.words import others_in_words
from zhibu_web.components import Link, Option
from zhibu_web.forms import day_in, refusal
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

FORM = SPACES + "/{space_id:uuid}/attach"
TEXTS = ("person", "to", "starts_on", "until_on", "answer_by", "reason")


@get(FORM, opt={"action": OFFER_ATTACHMENT})
async def attach_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The empty form, with what will cross and why."""
    return await _shown(request, who, platform, session, space_id, dict.fromkeys(TEXTS, ""))


@post(FORM, opt={"action": OFFER_ATTACHMENT})
async def attach_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Offers the member; what is wrong is shown beside what was typed."""
    form = await request.form()
    typed = {name: str(form.get(name, "") or "").strip() for name in TEXTS}
    try:
        starts_on, until_on = day_in(typed["starts_on"], "starts_on"), day_in(typed["until_on"], "until_on")
        answer_by = day_in(typed["answer_by"], "answer_by") if typed["answer_by"] else None
        asked = Offer(key_in(form, "person"), starts_on, until_on, typed["reason"], answer_by, typed["to"])
        case = await offer(platform, session, who, space_id, asked)
    except InvalidInput as error:
        return await _shown(request, who, platform, session, space_id, typed, error)
    return Redirect(f"{prefix_of(request)}{HERE}/{case.id}", status_code=303)


async def _shown(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, space_id: uuid.UUID, typed: Mapping[str, str],
    error: InvalidInput | None = None,
) -> Response[str]:  # fmt: skip
    whole, prefix = await whole_of(session, who, space_id), prefix_of(request)
    others = {one.slug: one.tenant_name for one in whole.parties if not one.is_own}
    context = {
        "others": others_in_words(whole.parties, locale_of_request(request)),
        "typed": typed,
        "people": await _people(session, who, whole),
        "sides": [Option(slug, name) for slug, name in others.items()],
        "crossing": _crossing(whole, who),
        "action": f"{prefix}{SPACES}/{space_id}/attach",
        "crumbs": (Link(_L("Second attachments"), f"{prefix}{HERE}"), Link(_L("Offer a member"))),
        **refusal(error, "person"),
    }
    status = 422 if error else 200
    return page(request, who, platform, "partnership/attach_form.html", context, door="together", status=status)


async def _people(session: AsyncSession, who: Scope, whole: Agreement) -> list[Option]:
    """The members of our parties whom the asker may offer."""
    own = [one.organization_id for one in whole.parties if one.is_own and one.organization_id]
    places = await session.scalars(select(Organization).where(Organization.id.in_(own)).order_by(Organization.path))
    found = [
        one for place in places if who.may(OFFER_ATTACHMENT, place.path) for one in await members_of(session, place)
    ]
    return [Option("", _L("Choose", "person")), *(Option(one.id.hex, one.name) for one in found)]


def _crossing(whole: Agreement, who: Scope) -> list[tuple[Words, str, str]]:
    """The personal fields that cross with the offer: title, why, and on what basis."""
    version = whole.in_force
    share = whole.terms(version).share(KIND, who.tenant.slug) if version else None
    return [(one.title, one.reason, one.basis) for one in share.fields if one.key in HOME_FIELDS] if share else []
