"""Proposing an agreement and changing its words: one form for both."""

import datetime as dt
import uuid
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, NotFound, ZhibuError
from zhibu_core.i18n import _L
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.spaces.agreements import change, propose
from zhibu_core.spaces.declared import Shareable, shareables_for
from zhibu_core.spaces.powers import PROPOSE
from zhibu_core.spaces.reading import Agreement, whole_of
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Link, Option
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.pages.space_asked import AS_BEFORE, Form, form_of, proposal_of
from zhibu_web.pages.spaces import DOOR, HERE, ONE, _crumbs
from zhibu_web.render import reader

GIVERS = {"all": _L("Every side"), "own": _L("Our side"), "other": _L("The other side")}
USUAL_TERM = dt.timedelta(days=364)


@get(HERE + "/new", opt={"action": "space.propose"})
async def new_space(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The form for a year from today, with the asker's own organization; `other` and `organization` in the address name the
    other side, `share` kinds, with commas between, of which everything but personal data is chosen.
    """
    given = request.query_params
    values = {"starts_on": str(who.today), "ends_on": str(who.today + USUAL_TERM), "other": given.get("other", "")}
    values |= {"other_organization": given.get("organization", ""), "title": given.get("title", "")}
    values["organizations"] = "\n".join(await _own_names(session, who))
    known, named = shareables_for(platform, who.plugins), given.get("share", "").split(",")
    kinds = [known[key] for key in named if key in known]
    chosen = {kind.kind: [one.key for one in kind.fields if not one.is_personal] for kind in kinds}
    values |= {f"reason-{one.kind}": one.reason.of(locale_of_request(request)) for one in kinds if one.reason}
    return _form(request, who, platform, Form(values, chosen), None, None)


@post(HERE + "/new", opt={"action": "space.propose"})
async def propose_space(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Sends the proposal, or shows what is wrong with it."""
    given, kinds = await _given(request, platform, who), list(shareables_for(platform, who.plugins))
    if given["do"]:
        return _form(request, who, platform, given, None, None)
    try:
        made = await propose(platform, session, who, proposal_of(given, kinds, who, None))
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
    return _form(request, who, platform, form_of(whole), whole, None)


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
    given, kinds = await _given(request, platform, who), list(shareables_for(platform, who.plugins))
    if given["do"]:
        return _form(request, who, platform, given, whole, None)
    try:
        proposal = proposal_of(given, kinds, who, whole)
        await change(platform, session, who, space_id, proposal, note=given["note"])
    except (InvalidInput, NotFound) as error:
        return _form(request, who, platform, given, whole, error)
    return Redirect(f"{prefix_of(request)}{HERE}/{space_id}?done=sent", status_code=303)


async def _own_names(session: AsyncSession, who: Scope) -> list[str]:
    """The organization at which the asker may propose, by its code where another has its name; none where it is the whole
    tenant, or one must choose.
    """
    nodes = {grant.node_id for grant in who.grants if PROPOSE in grant.actions}
    if len(nodes) != 1 or None in nodes:
        return []
    own = (await session.scalars(select(Organization).where(Organization.id.in_(nodes)))).one()
    alike = list(await session.scalars(select(Organization.id).where(Organization.name == own.name).limit(2)))
    return [own.name if len(alike) == 1 else own.code]


async def _given(request: AnyRequest, platform: Platform, who: Scope) -> Form:
    form = await request.form()
    values = {name: str(form.get(name, "")).strip() for name in form}
    kinds = shareables_for(platform, who.plugins)
    return Form(values, {kind: [str(one) for one in form.getall(f"fields-{kind}", [])] for kind in kinds})


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
        "rows": given.rows(least=0 if whole else 1),
        "kinds": kinds,
        "wrong": [(_place(error), error.message.of(locale))] if error else [],
        "has_errors": error is not None,
    }
    status = 422 if error else 200
    return page(request, who, platform, "pages/space_form.html", context, door=DOOR, status=status)


def _place(error: ZhibuError) -> str:
    """The field of the form that an error is about."""
    of_others = dict.fromkeys(("others", "parties", "tenant", "slug"), "other")
    return of_others.get(error.field or "", error.field or "title")


def _kind(declared: Shareable, given: Form, locale: str) -> dict[str, Any]:
    kind = declared.kind
    mark = reader(locale).gettext("personal data")
    options = [Option(one.key, one.title.of(locale), mark if one.is_personal else None) for one in declared.fields]
    givers = GIVERS | ({AS_BEFORE: _L("Who gives them now")} if given[f"by-{kind}"] == AS_BEFORE else {})
    apart = [(f"why-{kind}-{one.key}", one.title.of(locale)) for one in declared.fields]
    return {
        "key": kind,
        "title": declared.title.of(locale),
        "options": options,
        "chosen": list(given.chosen.get(kind, [])),
        "reason": given[f"reason-{kind}"],
        "apart": [(name, title, given[name]) for name, title in apart],
        "is_apart": any(given[name] for name, _ in apart),
        "by": given[f"by-{kind}"] or "all",
        "givers": [Option(key, word) for key, word in givers.items()],
        "basis": given[f"basis-{kind}"],
        "days": given[f"days-{kind}"],
        "has_personal": any(one.is_personal for one in declared.fields),
    }
