"""One second attachment: both sides, each step with who and when, what crossed, and what our side may do now."""

import datetime as dt
import re
import uuid
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.i18n import _L
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import bounds
from zhibu_core.platform import Platform
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.spaces.powers import own_paths
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words
from zhibu_partnership.actions import HOST_ATTACHMENT, OFFER_ATTACHMENT, READ_ATTACHMENT
from zhibu_partnership.attachment import stepping
from zhibu_partnership.attachment.contact import record_contact
from zhibu_partnership.attachment.marks import mark_guest, meetings_of
from zhibu_partnership.attachment.moves import ATTENDED, LENDING, MARKS, WAYS
from zhibu_partnership.attachment.reading import Whole, noted, whole_for
from zhibu_partnership.attachment.sharing import KIND
from zhibu_partnership.pages.attachment_words import AttachmentWords
from zhibu_partnership.pages.attachments import HERE, shown
from zhibu_web.components import Link, Option
from zhibu_web.forms import day_in, refusal
from zhibu_web.framing import AnyRequest, locale_of_request, page, prefix_of
from zhibu_web.render import reader

ONE = HERE + "/{case_id:uuid}"
_MARK = re.compile(r"mark-([0-9a-f]{32})")


@get(ONE, opt={"action": READ_ATTACHMENT, "shows": KIND})
async def attachment_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    case_id: FromPath[uuid.UUID],
) -> Response[str]:
    """The case; that somebody read what the other side says is noted for both."""
    return await _shown(request, who, platform, session, case_id)


@post(ONE, opt={"action": READ_ATTACHMENT})
async def attachment_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    case_id: FromPath[uuid.UUID],
) -> Response[Any]:
    """Takes the step that `act` names for our side, marks a guest's attendance, or records a contact."""
    form = await request.form()
    try:
        await _act(platform, session, who, case_id, form)
    except InvalidInput as error:
        return await _shown(request, who, platform, session, case_id, form, error)
    return Redirect(f"{prefix_of(request)}{HERE}/{case_id}", status_code=303)


async def _act(platform: Platform, session: AsyncSession, who: Scope, case_id: uuid.UUID, form: Any) -> None:
    texts = {name: str(form.get(name, "") or "") for name in ("contact", "reach", "organization", "note", "way")}
    match form.get("act"):
        case "accept":
            given = {name: texts[name] for name in ("contact", "reach", "organization")}
            await stepping.accept(platform, session, who, case_id, **given)
        case "refuse":
            await stepping.refuse(platform, session, who, case_id, texts["note"])
        case "withdraw":
            await stepping.withdraw(platform, session, who, case_id, texts["note"])
        case "receive":
            await stepping.receive(platform, session, who, case_id, _day(form))
        case "return":
            await stepping.give_back(platform, session, who, case_id, _day(form), texts["note"])
        case "undo":
            await stepping.take_back(platform, session, who, case_id)
        case "contact":
            await record_contact(session, who, case_id, _day(form) or who.today, texts["way"])
        case "mark":
            await _mark(platform, session, who, case_id, form)
        case _:
            await whole_for(session, who, case_id)  # a case that is not there is said first
            said = Words("请选择要办理的步骤。", "Choose the step to take.")
            raise InvalidInput("act", said, field="act")


async def _mark(platform: Platform, session: AsyncSession, who: Scope, case_id: uuid.UUID, form: Any) -> None:
    """Those marks that were changed, each a record of its own."""
    whole = await whole_for(session, who, case_id)
    before = {one.record_id: one.mark for one in await meetings_of(session, whole.here.case)}
    for name, value in form.multi_items():
        if (found := _MARK.fullmatch(name)) and value and before.get(uuid.UUID(hex=found[1])) != value:
            await mark_guest(platform, session, who, case_id, uuid.UUID(hex=found[1]), str(value))


def _day(form: Any) -> dt.date | None:
    text = str(form.get("on", "") or "").strip()
    return day_in(text, "on") if text else None


async def _shown(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, case_id: uuid.UUID, form: Any = None,
    error: InvalidInput | None = None,
) -> Response[str]:  # fmt: skip
    whole = await whole_for(session, who, case_id)
    await noted(session, who, whole)
    locale, prefix = locale_of_request(request), prefix_of(request)
    words, case = AttachmentWords(who, locale), whole.here.case
    action = OFFER_ATTACHMENT if case.is_own else HOST_ATTACHMENT
    may = who.may(action, whole.here.place.path)
    undoable = whole.standing.undoable(who.tenant.id, instant_of(session)) if may else None
    context = {
        "one": shown(whole, words),
        "can": whole.standing.names(who.tenant.id, who.today) if may else [],
        "undo": LENDING.deed(undoable.name) if undoable else None,
        "undo_days": LENDING.undo_for.days,
        "branches": await _branches(session, case) if may and case.state == "offered" and not case.is_own else [],
        "meetings": await _meetings(session, whole, locale) if may and not case.is_own else [],
        "marks": [Option("", _L("Not said", "mark")), *(Option(key, title) for key, title in MARKS.items())],
        "ways": [Option(key, title) for key, title in WAYS.items()],
        "owes_contact": may and whole.ours is not None and whole.ours.clock_id is not None,
        "since": whole.ours.clock_from if whole.ours else None,
        "typed": {key: str(value) for key, value in form.items()} if form else {},
        "act": str(form.get("act", "")) if form else "",
        "here": f"{prefix}{HERE}/{case_id}",
        "crumbs": (Link(_L("Second attachments"), f"{prefix}{HERE}"), Link(whole.here.name or words.nameless())),
        "agreement": f"{prefix}/together/spaces/{case.space_id}",
        **refusal(error, "act"),
    }
    status = 422 if error else 200
    return page(request, who, platform, "partnership/attachment.html", context, door="together", status=status)


async def _branches(session: AsyncSession, case: SpaceCase) -> list[Option]:
    """Our branches that may host: the parties, and what stands below them."""
    spans = [bounds(path) for path in await own_paths(session, case.space_id)]
    below = or_(*((Organization.path >= low) & (Organization.path < high) for low, high in spans))
    query = select(Organization).where(below, Organization.abolished_on.is_(None), Organization.kind != "group")
    return [Option(one.code, one.name) for one in await session.scalars(query.order_by(Organization.path))]


async def _meetings(session: AsyncSession, whole: Whole, locale: str) -> list[dict[str, str]]:
    """What the host branch held, as one marks a guest at it."""
    joint = reader(locale).pgettext("list", ", ")
    return [
        {
            "name": f"mark-{one.record_id.hex}",
            "title": " ".join(
                (
                    one.held_on.isoformat(),
                    joint.join(ATTENDED[kind].of(locale) for kind in one.kinds if kind in ATTENDED),
                )
            ),
            "mark": one.mark,
        }
        for one in await meetings_of(session, whole.here.case)
    ]
