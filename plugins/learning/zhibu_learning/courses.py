"""Adding courses that are required of everybody they address."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput
from zhibu_core.organization.models import Organization
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_learning.facts import write_course_facts
from zhibu_learning.models import Course
from zhibu_learning.places import organization_for
from zhibu_learning.words import CATEGORIES

WRITE = "learning.course.write"
OBJECT = "learning_course"


@dataclass(frozen=True)
class CourseDraft:
    """A course as somebody sets it; `organization_id` None: for the whole tenant, no deadline: offered only."""

    code: str
    name: str
    category: str
    hours: float | None = None
    deadline: date | None = None
    audience: str = "全体党员"
    organization_id: uuid.UUID | None = None


async def add_course(session: AsyncSession, scope: Scope, draft: CourseDraft) -> Course:
    """Adds a course, and the fact that it is required where it has a deadline.

    Raises `Forbidden` without `learning.course.write` there (for the whole tenant: at its top), `NotFound` for an
    unknown organization, `InvalidInput` for a missing name or code, a code that is taken, or an unknown category.
    """
    await _allowed(session, scope, draft.organization_id)
    await _check(session, draft)
    course = Course(
        id=new_id(),
        code=draft.code.strip(),
        name=draft.name.strip(),
        hours=None if draft.hours is None else float(draft.hours),
        category=draft.category,
        deadline=draft.deadline,
        audience=draft.audience,
        organization_id=draft.organization_id,
        written_by=scope.person(),
    )
    session.add(course)
    await session.flush()
    await write_course_facts(session, [course.id], grade="recorded", written_by=scope.person())
    await note(session, scope, WRITE, OBJECT, course.id, fields=["code", "name", "deadline", "audience"])
    await publish(session, "course.added", OBJECT, course.id)
    return course


async def _allowed(session: AsyncSession, scope: Scope, organization_id: uuid.UUID | None) -> None:
    if organization_id is not None:
        await organization_for(session, scope, organization_id, WRITE)
        return
    for path in await session.scalars(select(Organization.path).where(Organization.parent_id.is_(None))):
        scope.require(WRITE, path)
    scope.require(WRITE)


async def _check(session: AsyncSession, draft: CourseDraft) -> None:
    for field, what in (("code", Words("课程代码", "code")), ("name", Words("课程名称", "name"))):
        if not getattr(draft, field).strip():
            raise InvalidInput(
                "required_missing", Words(f"请填写{what.zh}。", f"Give the {what.en} of the course."), field=field
            )
    if draft.category not in CATEGORIES:
        raise InvalidInput(
            "category_unknown",
            Words("内容类别不认识。请从列表中选择。", "The category is not known. Choose one from the list."),
            field="category",
        )
    if draft.hours is not None and draft.hours < 0:
        raise InvalidInput(
            "number_range",
            Words("课程学时不能是负数。请核对。", "The hours of a course cannot be negative. Check them."),
            field="hours",
        )
    if await session.scalar(select(Course.id).where(Course.code == draft.code.strip())) is not None:
        raise InvalidInput(
            "code_duplicate",
            Words(
                f"课程代码“{draft.code.strip()}”已经有了。请换一个代码。",
                f"The course code “{draft.code.strip()}” is taken. Choose another.",
            ),
            field="code",
        )
