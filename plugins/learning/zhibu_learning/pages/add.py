"""Adds what several people of a branch took part in: one form with the list of those who signed in."""

import datetime as dt
import re
import uuid
from dataclasses import dataclass, field
from typing import Any, cast

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.i18n import _L, Lazy
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership, Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_learning.models import Course
from zhibu_learning.pages.branch import HERE as BRANCH
from zhibu_learning.pages.branch import branch_named, form_words
from zhibu_learning.places import RECORD
from zhibu_learning.together import record_together
from zhibu_learning.training import TrainingDraft
from zhibu_learning.words import CATEGORIES, Form
from zhibu_web.components import Link, Option
from zhibu_web.framing import AnyRequest, page, prefix_of

HERE = f"{BRANCH}/add"
NUMBER = re.compile(r"\d{1,2}(\.\d{1,2})?")
TEXTS = ("day", "hours", "category", "form", "organiser", "evidence", "course")


@dataclass(frozen=True)
class Typed:
    """The fields as typed; `people` are ids in hex."""

    texts: dict[str, str] = field(default_factory=dict)
    people: frozenset[str] = frozenset()

    def draft(self) -> TrainingDraft | tuple[str, Lazy]:
        """The entry that the fields say, or the field that cannot be read and why."""
        try:
            day = dt.date.fromisoformat(self.texts["day"].strip())
        except ValueError:
            return "day", _L("Write the day like 2026-09-01.")
        if not NUMBER.fullmatch(self.texts["hours"].strip()):
            return "hours", _L("Write the hours like 2 or 1.5.")
        return TrainingDraft(
            day,
            float(self.texts["hours"]),
            self.texts["category"].strip(),
            cast("Form", self.texts["form"]),
            self.texts["organiser"].strip(),
            self.texts["evidence"].strip(),
            self.texts["course"].strip(),
        )


@get(HERE, opt={"action": RECORD})
async def add_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The empty form; today is proposed."""
    branch = await _branch(request, who, session)
    texts = dict.fromkeys(TEXTS, "") | {"day": who.today.isoformat(), "form": "session", "category": "theory"}
    return await _shown(request, who, platform, session, branch, Typed(texts))


@post(HERE, opt={"action": RECORD}, status_code=200)
async def add_sent(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Keeps an entry for everybody on the list, or shows what is wrong."""
    branch = await _branch(request, who, session)
    form = await request.form()
    texts = {name: str(form.get(name, "") or "") for name in TEXTS}
    typed = Typed(texts, frozenset(str(one) for one in form.getall("people", [])))
    if form.get("act") == "all":
        everybody = frozenset(option.value for option in await _people(session, branch))
        return await _shown(request, who, platform, session, branch, Typed(texts, everybody))
    draft = typed.draft()
    if not isinstance(draft, TrainingDraft):
        return await _shown(request, who, platform, session, branch, typed, draft)
    people = [uuid.UUID(hex=one) for one in typed.people if re.fullmatch(r"[0-9a-f]{32}", one)]
    try:
        count = await record_together(session, who, branch.id, people, draft)
    except InvalidInput as error:
        return await _shown(request, who, platform, session, branch, typed, (error.field or "day", error.message))
    return Redirect(f"{prefix_of(request)}{BRANCH}?org={branch.code}&done={count}", status_code=303)


async def _branch(request: AnyRequest, who: Scope, session: AsyncSession) -> Organization:
    branch = await branch_named(session, who, request.query_params.get("org"), RECORD)
    if branch is None:
        raise NotFound(
            "not_found", Words("没有找到这个党支部。请核对后重试。", "There is no such branch. Check it and try again.")
        )
    return branch


async def _people(session: AsyncSession, branch: Organization) -> list[Option]:
    """The members of the branch, in the order of names."""
    query = (
        select(Person.id, Person.name)
        .join(Membership, (Membership.tenant_id == Person.tenant_id) & (Membership.person_id == Person.id))
        .where(
            Membership.organization_id == branch.id,
            Membership.until.is_(None),
            Membership.status.in_(("normal", "restored")),
        )
        .order_by(Person.sort_name, Person.id)
    )
    return [Option(person.hex, name) for person, name in await session.execute(query)]


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    branch: Organization,
    typed: Typed,
    trouble: tuple[str, Words | Lazy] | None = None,
) -> Response[str]:
    courses = await session.execute(select(Course.code, Course.name).order_by(Course.name))
    prefix = prefix_of(request)
    context = {
        "branch": branch,
        "typed": typed,
        "people": await _people(session, branch),
        "categories": [Option(key, words) for key, words in CATEGORIES.items()],
        "forms": [Option(key, words) for key, words in form_words().items()],
        "courses": [Option("", _L("None of them")), *(Option(code, name) for code, name in courses)],
        "action": f"{prefix}{HERE}?org={branch.code}",
        "crumbs": (Link(_L("Study of the branch"), f"{prefix}{BRANCH}?org={branch.code}"), Link(_L("Add"))),
        "wrong": dict([trouble]) if trouble else {},
        "errors": [trouble] if trouble else [],
        "has_errors": trouble is not None,
    }
    return page(request, who, platform, "learning/add.html", context, door="people", status=422 if trouble else 200)
