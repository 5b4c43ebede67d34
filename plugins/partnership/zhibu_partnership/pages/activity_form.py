"""The fields of a joint activity as one types them, and the form that invites the other side."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.spaces.reading import whole_of
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import RECORD
from zhibu_partnership.joint.inviting import invite
from zhibu_partnership.joint.words import Agreed
from zhibu_partnership.pages.activity_words import KIND_OPTIONS
from zhibu_partnership.pages.space import SPACES
from zhibu_partnership.pages.words import others_in_words
from zhibu_web.components import Link
from zhibu_web.forms import day_in
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of

TEXTS = ("title", "held_on", "starts_at", "ends_at", "place", "summary")


@dataclass(frozen=True)
class Typed:
    """The words as typed."""

    texts: Mapping[str, str]
    kinds: tuple[str, ...] = ()

    def agreed(self) -> Agreed:
        """The words; raises `InvalidInput` for a day that cannot be read."""
        day = day_in(self.texts["held_on"], "held_on")
        texts = {name: self.texts[name] for name in TEXTS if name != "held_on"}
        return Agreed(kinds=self.kinds, held_on=day, **texts)


def anchor_of(error: InvalidInput) -> str:
    """The id of the field that an error is about; the outcome's is not its name, as the list of errors is called summary."""
    field = error.field if error.field in (*TEXTS, "kinds", "people", "reason") else "title"
    return "outcome" if field == "summary" else str(field)


def typed_of(form: Any) -> Typed:
    """The words of a form that was sent."""
    texts = {name: str(form.get(name, "") or "").strip() for name in TEXTS}
    return Typed(texts, tuple(str(one) for one in form.getall("kinds", [])))


def typed_as(said: Agreed) -> Typed:
    """What a form shows of words that there are."""
    return Typed({name: str(getattr(said, name)) for name in TEXTS}, said.kinds)


@get(SPACES + "/{space_id:uuid}/invite", opt={"action": RECORD})
async def invite_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The empty form; a theme day is proposed."""
    return await _shown(request, who, platform, session, space_id, Typed(dict.fromkeys(TEXTS, ""), ("theme_day",)))


@post(SPACES + "/{space_id:uuid}/invite", opt={"action": RECORD})
async def invite_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Invites the other sides; what is wrong is shown beside what was typed."""
    typed = typed_of(await request.form())
    try:
        activity = await invite(platform, session, who, space_id, typed.agreed())
    except InvalidInput as error:
        return await _shown(request, who, platform, session, space_id, typed, error)
    return Redirect(f"{prefix_of(request)}/partnership/activities/{activity.id}", status_code=303)


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    space_id: uuid.UUID,
    typed: Typed,
    error: InvalidInput | None = None,
) -> Response[str]:
    whole = await whole_of(session, who, space_id)
    here = f"{prefix_of(request)}{SPACES}/{space_id}"
    context = {
        "others": others_in_words(whole.parties, locale_of_request(request)),
        "typed": typed,
        "kinds": KIND_OPTIONS,
        "action": f"{here}/invite",
        "crumbs": (Link(whole.space.title, here), Link(_L("New joint activity"))),
        "wrong": {error.field: error.message} if error else {},
        "errors": [(anchor_of(error), error.message)] if error else [],
        "has_errors": error is not None,
    }
    status = 422 if error else 200
    return page(request, who, platform, "partnership/invite.html", context, door="together", status=status)
