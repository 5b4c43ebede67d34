"""One joint activity: our words beside theirs, who of ours was there, and what can be done: confirm, take over, close."""

import re
import uuid
from collections.abc import Collection
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.i18n import _L
from zhibu_core.platform import Platform
from zhibu_core.spaces.copies import read_copies
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import CONFIRM, READ_ACTIVITY, RECORD
from zhibu_partnership.joint.facts import RECORD_TYPE
from zhibu_partnership.joint.inviting import cancel
from zhibu_partnership.joint.keeping import tell
from zhibu_partnership.joint.reading import activity_of, copy_of, joint_of
from zhibu_partnership.joint.recording import adopt, change, close_one_sided, confirm, members_of, present_at
from zhibu_partnership.joint.words import CO_BUILDING, KINDS, TITLES
from zhibu_partnership.models import Activity
from zhibu_partnership.pages.activity_form import Typed, anchor_of, typed_as, typed_of
from zhibu_partnership.pages.activity_words import KIND_OPTIONS, STATES, facts_of, state_of, value_in_words
from zhibu_web.components import Link, Option
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.labels import told_apart
from zhibu_web.render import reader

HERE = "/partnership/activities"
ONE = HERE + "/{activity_id:uuid}"
PLAN = frozenset(TITLES) - {"summary"}
"""The fields that are folded away once an activity is to be recorded."""


@get(ONE, opt={"action": READ_ACTIVITY, "shows": RECORD_TYPE})
async def activity_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    activity_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The record; that somebody read what the other side says is noted for both."""
    return await _shown(request, who, platform, session, activity_id)


@post(ONE + "/confirm", opt={"action": CONFIRM})
async def confirm_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    activity_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Keeps our words and our roll and confirms them; `act=all` only marks everybody as present."""
    form = await request.form()
    typed = typed_of(form)
    people = {str(one) for one in form.getall("people", [])}
    if form.get("act") == "all":
        _, place = await activity_of(session, who, activity_id)
        everybody = {one.id.hex for one in await members_of(session, place)}
        return await _shown(request, who, platform, session, activity_id, typed, everybody)
    chosen = [uuid.UUID(hex=one) for one in people if re.fullmatch(r"[0-9a-f]{32}", one)]
    try:
        await confirm(platform, session, who, activity_id, chosen, agreed=typed.agreed())
    except InvalidInput as error:
        return await _shown(request, who, platform, session, activity_id, typed, people, error)
    return Redirect(f"{prefix_of(request)}{HERE}/{activity_id}", status_code=303)


@post(ONE + "/adopt", opt={"action": RECORD})
async def adopt_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    activity_id: FromPath[uuid.UUID],
) -> Redirect:
    """Takes over what the other side says in the fields for which theirs was chosen; `act=confirm` confirms it with our roll."""
    form = await request.form()
    fields = [name for name in TITLES if form.get(name) == "theirs"]
    await adopt(platform, session, who, activity_id, str(form.get("side", "")), fields)
    if form.get("act") == "confirm":
        await confirm(platform, session, who, activity_id, await present_at(session, activity_id))
    return Redirect(f"{prefix_of(request)}{HERE}/{activity_id}", status_code=303)


@post(ONE + "/change", opt={"action": RECORD})
async def words_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    activity_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Changes our words before the day, and tells the other side."""
    typed = typed_of(await request.form())
    try:
        await change(platform, session, who, activity_id, typed.agreed())
    except InvalidInput as error:
        return await _shown(request, who, platform, session, activity_id, typed, error=error)
    return Redirect(f"{prefix_of(request)}{HERE}/{activity_id}", status_code=303)


@post(ONE + "/end", opt={"action": CONFIRM})
async def end_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    activity_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Closes it without the other side, calls it off, or tells the other side again."""
    form = await request.form()
    reason = str(form.get("reason", "") or "")
    try:
        if form.get("act") == "again":
            await tell(platform, session, who, (await activity_of(session, who, activity_id))[0])
        elif form.get("act") == "cancel":
            await cancel(platform, session, who, activity_id, reason)
        else:
            await close_one_sided(platform, session, who, activity_id, reason)
    except InvalidInput as error:
        return await _shown(request, who, platform, session, activity_id, error=error)
    return Redirect(f"{prefix_of(request)}{HERE}/{activity_id}", status_code=303)


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    activity_id: uuid.UUID,
    typed: Typed | None = None,
    people: Collection[str] | None = None,
    error: InvalidInput | None = None,
) -> Response[str]:
    joint = await joint_of(session, who, activity_id)
    activity, locale, prefix = joint.activity, locale_of_request(request), prefix_of(request)
    copies = [await copy_of(session, who, activity, side.party) for side in joint.sides if side.said]
    await read_copies(session, who, [one for one in copies if one is not None])
    is_open = activity.state in ("invited", "accepted", "one_sided")
    may = is_open and who.may(CONFIRM, joint.place.path)
    members = await members_of(session, joint.place) if may and activity.held_on <= who.today else []
    names = told_apart([(one.id, one.name, one.number) for one in members])
    there = {one.hex for one in await present_at(session, activity.id)}
    context = {
        "joint": joint,
        "activity": activity,
        "state": state_of(joint, who.today, locale),
        "facts": facts_of(joint.ours, locale),
        "sides": [(side, STATES.get(side.state)) for side in joint.sides],
        "differences": [(side, _lines(found, locale)) for side, found in joint.differences],
        "typed": typed or typed_as(joint.ours),
        "kinds": KIND_OPTIONS,
        "people": [Option(one.id.hex, names[one.id]) for one in members],
        "there": people if people is not None else there,
        "may": may,
        "is_due": activity.held_on <= who.today,
        "may_close": may and activity.confirmed_digest is not None and activity.state != "one_sided",
        "counts": _counted(activity, locale),
        "in_plan": error is not None and error.field in PLAN,
        "may_cancel": may and activity.state != "one_sided",
        "here": f"{prefix}{HERE}/{activity.id}",
        "crumbs": (Link(_L("Partnership"), f"{prefix}/partnership/spaces/{activity.space_id}"), Link(activity.title)),
        "wrong": {error.field: error.message} if error else {},
        "errors": [(anchor_of(error), error.message)] if error else [],
        "has_errors": error is not None,
    }
    status = 422 if error else 200
    return page(request, who, platform, "partnership/activity.html", context, door="together", status=status)


def _lines(found: Any, locale: str) -> list[dict[str, Any]]:
    return [
        {
            "field": one.field,
            "title": one.title,
            "ours": value_in_words(one.field, one.ours, locale),
            "theirs": value_in_words(one.field, one.theirs, locale),
        }
        for one in found
    ]


def _counted(activity: Activity, locale: str) -> str:
    """As what it counts at home; empty where it does not, or where another record says it."""
    if activity.settled_on is None or activity.home_record_id is not None:
        return ""
    words = [CO_BUILDING, *(KINDS[kind] for kind in activity.kinds)]
    return reader(locale).pgettext("enumeration", ", ").join(one.of(locale) for one in words)
