"""Publishing under an agreement: the records of one kind to choose from, and those that crossed, to be taken back."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, NotFound, ZhibuError
from zhibu_core.platform import Platform
from zhibu_core.spaces.declared import After, Candidate
from zhibu_core.spaces.offering import Given, Offer, offer_of
from zhibu_core.spaces.publishing import publish_records, withdraw_records
from zhibu_core.spaces.reading import whole_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.components import Fact, Link, Option
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.pages.spaces import DOOR, HERE, ONE, _crumbs, _key
from zhibu_web.render import reader
from zhibu_web.space_words import SpaceWords

PUBLISH = ONE + "/publish/{kind:str}"
NOTHING = Words("请至少选择一条记录。", "Choose at least one record.")
FACTS = 3
"""So many values tell one record from another."""


@get(PUBLISH, opt={"action": "space.publish"})
async def publish_page(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    kind: FromPath[str],
) -> Response[str]:
    """What can be published of a kind, and what stands at the other side (thirteen statements)."""
    return await _shown(request, who, platform, session, space_id, kind)


@post(PUBLISH, opt={"action": "space.publish"})
async def publish_chosen(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    kind: FromPath[str],
) -> Response[Any]:
    """Sends what was chosen, with all the fields that are agreed on; what crossed before is replaced."""
    chosen = await _chosen(request)
    try:
        _check(chosen)
        await publish_records(platform, session, who, space_id, kind, chosen)
    except (InvalidInput, NotFound) as error:
        return await _shown(request, who, platform, session, space_id, kind, error, "record", chosen)
    return Redirect(f"{prefix_of(request)}{HERE}/{space_id}/ledger?done=published", status_code=303)


@post(PUBLISH + "/back", opt={"action": "space.publish"})
async def take_back(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
    kind: FromPath[str],
) -> Response[Any]:
    """Calls the copies of what was chosen back."""
    chosen = await _chosen(request)
    try:
        _check(chosen)
        await withdraw_records(session, who, space_id, kind, chosen)
    except (InvalidInput, NotFound) as error:
        return await _shown(request, who, platform, session, space_id, kind, error, "back", chosen)
    return Redirect(f"{prefix_of(request)}{HERE}/{space_id}/ledger?done=back", status_code=303)


async def _chosen(request: AnyRequest) -> list[uuid.UUID]:
    """The records by their ids; what is no id stands for a record that there is not."""
    form = await request.form()
    return [_key(str(one)) or uuid.UUID(int=0) for one in form.getall("record", [])]


def _check(chosen: Sequence[uuid.UUID]) -> None:
    if not chosen:
        raise InvalidInput("space_nothing", NOTHING, field="record")


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    space_id: uuid.UUID,
    kind: str,
    error: ZhibuError | None = None,
    wrong_field: str = "",
    chosen: Sequence[uuid.UUID] = (),
) -> Response[str]:
    given = request.query_params
    after, before = _after(given.get("after", "")), _key(given.get("before", ""))
    offer = await offer_of(platform, session, who, space_id, kind, after=after, before=before)
    whole, locale = await whole_of(session, who, space_id), locale_of_request(request)
    words, agreement = SpaceWords(who, locale), f"{prefix_of(request)}{HERE}/{space_id}"
    here, text = f"{agreement}/publish/{kind}", reader(locale)
    names = {one.id: one for one in offer.candidates}
    others = {one.party: one.tenant_name for one in whole.parties if not one.is_own}
    context = {
        "here": here,
        "query": f"?{request.url.query}" if request.url.query else "",
        "title": text.gettext("Publish: %(what)s") % {"what": offer.declared.title.of(locale)},
        "back": [*_crumbs(request), Link(whole.space.title, agreement)],
        "facts": [
            Fact(text.gettext("Goes to"), words.join(list(others.values()))),
            Fact(text.gettext("Fields that cross"), words.join([one.title.of(locale) for one in offer.share.fields])),
        ],
        "candidates": [_candidate(one, offer.stands.get(one.id), words) for one in offer.candidates],
        "given": [_given(one, names.get(one.object_id), offer, words) for one in offer.given],
        "next": f"{here}?after={offer.next[0]}_{offer.next[1]}" if offer.next else None,
        "earlier": f"{here}?before={offer.before}#back" if offer.before else None,
        "chosen": [str(one) for one in chosen],
        "error": error.message.of(locale) if error else None,
        "wrong_field": wrong_field,
        "has_errors": error is not None,
    }
    status = 422 if error else 200
    return page(request, who, platform, "pages/space_publish.html", context, door=DOOR, status=status)


def _candidate(one: Candidate, given: Given | None, words: SpaceWords) -> Option:
    again = reader(words.locale).gettext("published %(at)s; published again it replaces the copy")
    said = [str(one.day), one.place, again % {"at": words.moment(given.at)} if given else ""]
    return Option(str(one.id), one.title, words.join([part for part in said if part]))


def _given(one: Given, known: Candidate | None, offer: Offer, words: SpaceWords) -> Option:
    """By its name where it is among the candidates, else by what the other side reads of it."""
    at = reader(words.locale).gettext("published %(at)s") % {"at": words.moment(one.at)}
    if known is not None:
        return Option(str(one.object_id), known.title, words.join([str(known.day), known.place, at]))
    facts = words.crossed(one.record, offer.share, offer.declared)[:FACTS]
    return Option(str(one.object_id), words.join([str(fact.value) for fact in facts]) or at, at if facts else None)


def _after(text: str) -> After | None:
    """The last candidate of the page before."""
    day, _, key = text.partition("_")
    try:
        return dt.date.fromisoformat(day), uuid.UUID(key)
    except ValueError:
        return None
