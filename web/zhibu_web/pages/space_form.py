"""Proposing an agreement and changing its words: one form for both."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, NotFound, ZhibuError
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.spaces.agreements import change, propose
from zhibu_core.spaces.declared import Shareable, shareables_for
from zhibu_core.spaces.proposal import AskedField, AskedShare, Other, Proposal
from zhibu_core.spaces.reading import Agreement, whole_of
from zhibu_core.spaces.terms import Contact, Terms, wrong
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Link, Option
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.pages.spaces import DOOR, HERE, ONE, _crumbs
from zhibu_web.render import reader

GIVERS = {"all": _L("Every side"), "own": _L("Our side"), "other": _L("The other side")}
USUAL_TERM = dt.timedelta(days=364)


@dataclass(frozen=True)
class Form:
    """The form as it stands: single values by name, and the fields chosen of each kind."""

    values: Mapping[str, str]
    chosen: Mapping[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


@get(HERE + "/new", opt={"action": "space.propose"})
async def new_space(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> Response[str]:
    """The form for a year from today; `other` and `organization` in the address name the other side."""
    given = request.query_params
    values = {"starts_on": str(who.today), "ends_on": str(who.today + USUAL_TERM), "other": given.get("other", "")}
    values |= {"other_organization": given.get("organization", ""), "title": given.get("title", "")}
    return _form(request, who, platform, Form(values), None, None)


@post(HERE + "/new", opt={"action": "space.propose"})
async def propose_space(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Sends the proposal, or shows what is wrong with it."""
    given = await _given(request, platform, who)
    try:
        made = await propose(platform, session, who, _proposal(given, platform, who, None))
    except (InvalidInput, NotFound) as error:
        if error.field is None:
            raise
        return _form(request, who, platform, given, None, error)
    return Redirect(f"{prefix_of(request)}{HERE}/{made.id}?done=sent", status_code=303)


@get(ONE + "/change", opt={"action": "space.propose"})
async def change_page(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The newest words, to be changed."""
    whole = await whole_of(session, who, space_id)
    return _form(request, who, platform, _form_of(whole), whole, None)


@post(ONE + "/change", opt={"action": "space.propose"})
async def change_space(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    space_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Sends the new words."""
    whole = await whole_of(session, who, space_id)
    given = await _given(request, platform, who)
    try:
        proposal = _proposal(given, platform, who, whole)
        await change(platform, session, who, space_id, proposal, note=given["note"])
    except (InvalidInput, NotFound) as error:
        return _form(request, who, platform, given, whole, error)
    return Redirect(f"{prefix_of(request)}{HERE}/{space_id}?done=sent", status_code=303)


async def _given(request: AnyRequest, platform: Platform, who: Scope) -> Form:
    form = await request.form()
    values = {name: str(form.get(name, "")).strip() for name in form}
    kinds = shareables_for(platform, who.plugins)
    return Form(values, {kind: [str(one) for one in form.getall(f"fields-{kind}", [])] for kind in kinds})


def _proposal(given: Form, platform: Platform, who: Scope, whole: Agreement | None) -> Proposal:
    """What the form says; what it does not show (other sides' contacts, kinds that are off here) stays as it was."""
    before = whole.terms(whole.newest) if whole else None
    others = _others(before, whole) if before and whole else (Other(given["other"], name=given["other_organization"]),)
    kept = [one for one in before.contacts if one.slug != who.tenant.slug] if before else []
    kinds = shareables_for(platform, who.plugins)
    shares = [share for kind in kinds if (share := _share(given, kind, who, others, before))]
    if before:
        shares += [_as_asked(one) for one in before.shares if one.kind not in kinds]
    return Proposal(
        title=given["title"],
        purpose=given["purpose"],
        organizations=tuple(filter(None, (line.strip() for line in given["organizations"].splitlines()))),
        others=others,
        starts_on=_day(given, "starts_on"),
        ends_on=_day(given, "ends_on"),
        review_on=_day(given, "review_on") if given["review_on"] else None,
        shares=tuple(shares),
        contacts=(*kept, *_contacts(given, who)),
    )


def _others(before: Terms, whole: Agreement) -> tuple[Other, ...]:
    return tuple(Other(one.slug, one.code, one.name) for one in before.parties if one.tenant != whole.own)


def _contacts(given: Form, who: Scope) -> list[Contact]:
    if not given["contact"]:
        return []
    return [Contact(who.tenant.slug, given["contact"], given["contact_post"], given["contact_reach"])]


def _share(given: Form, kind: str, who: Scope, others: tuple[Other, ...], before: Terms | None) -> AskedShare | None:
    keys = given.chosen.get(kind, [])
    if not keys:
        return None
    reason, days = given[f"reason-{kind}"], given[f"days-{kind}"]
    old = next((one for one in before.shares if one.kind == kind), None) if before else None
    usual = old.fields[0].reason if old else None
    fields = []
    for key in keys:
        was = old.field(key) if old else None
        said = was.reason if was and reason == usual else reason
        number = int(days) if days.isdecimal() and len(days) < 4 else None
        fields.append(AskedField(key, said, given[f"basis-{kind}"], number))
    by = {"own": (who.tenant.slug,), "other": tuple(one.slug for one in others)}.get(given[f"by-{kind}"], ())
    return AskedShare(kind, tuple(fields), by)


def _as_asked(share: Any) -> AskedShare:
    return AskedShare(
        share.kind, tuple(AskedField(one.key, one.reason, one.basis, one.days) for one in share.fields), share.by
    )


def _day(given: Form, name: str) -> dt.date:
    try:
        return dt.date.fromisoformat(given[name])
    except ValueError:
        raise wrong(name, "日期请写成 2026-09-01 的样子。", "Write the day as in 2026-09-01.") from None


def _form_of(whole: Agreement) -> Form:
    """The newest words as form values."""
    terms = whole.terms(whole.newest)
    own = [one for one in terms.parties if one.tenant == whole.own]
    contact = next((one for one in terms.contacts if own and one.slug == own[0].slug), None)
    values = {
        "title": terms.title,
        "purpose": terms.purpose,
        "organizations": "\n".join(one.code or one.name for one in own),
        "starts_on": str(terms.starts_on),
        "ends_on": str(terms.ends_on),
        "review_on": str(terms.review_on or ""),
        "contact": contact.name if contact else "",
        "contact_post": contact.post if contact else "",
        "contact_reach": contact.reach if contact else "",
    }
    for share in terms.shares:
        personal = next((one for one in share.fields if one.personal), None)
        values[f"reason-{share.kind}"] = share.fields[0].reason
        values[f"by-{share.kind}"] = "all" if not share.by else ("own" if share.by == (own[0].slug,) else "other")
        values[f"basis-{share.kind}"] = personal.basis if personal else ""
        values[f"days-{share.kind}"] = str(personal.days) if personal else ""
    return Form(values, {share.kind: [one.key for one in share.fields] for share in terms.shares})


def _form(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    given: Form,
    whole: Agreement | None,
    error: ZhibuError | None,
) -> Response[str]:
    locale, text = locale_of_request(request), reader(locale_of_request(request))
    kinds = [_kind(one, given, locale) for one in shareables_for(platform, who.plugins).values()]
    title = text.gettext("Change the words") if whole else text.gettext("Propose an agreement")
    back = _crumbs(request)
    if whole:
        back.append(Link(whole.space.title, f"{prefix_of(request)}{HERE}/{whole.space.id}"))
    context = {
        "action": request.url.path,
        "title": title,
        "back": back,
        "given": given,
        "others": [f"{one.tenant_name} {one.name or one.code}" for one in whole.parties if not one.is_own]
        if whole
        else [],
        "is_change": whole is not None,
        "kinds": kinds,
        "givers": [Option(key, word) for key, word in GIVERS.items()],
        "wrong": [(_place(error), error.message.of(locale))] if error else [],
        "has_errors": error is not None,
    }
    status = 422 if error else 200
    return page(request, who, platform, "pages/space_form.html", context, door=DOOR, status=status)


def _place(error: ZhibuError) -> str:
    """The field of the form that an error is about."""
    return {"others": "other", "tenant": "other", "slug": "other"}.get(error.field or "", error.field or "title")


def _kind(declared: Shareable, given: Form, locale: str) -> dict[str, Any]:
    kind = declared.kind
    mark = reader(locale).gettext("personal data")
    options = [Option(one.key, one.title.of(locale), mark if one.is_personal else None) for one in declared.fields]
    return {
        "key": kind,
        "title": declared.title.of(locale),
        "options": options,
        "chosen": list(given.chosen.get(kind, [])),
        "reason": given[f"reason-{kind}"],
        "by": given[f"by-{kind}"] or "all",
        "basis": given[f"basis-{kind}"],
        "days": given[f"days-{kind}"],
        "has_personal": any(one.is_personal for one in declared.fields),
    }
