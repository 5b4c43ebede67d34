"""What of a year's plan crosses: goals, and each side's tasks by organization; who does a task only where the agreement names it."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.spaces.declared import Projection, Shareable, ShareField
from zhibu_core.spaces.proposal import AskedField, AskedShare
from zhibu_core.spaces.sending import subject_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import WRITE_PLAN
from zhibu_partnership.drafts import KINDS
from zhibu_partnership.joint.sharing import KIND
from zhibu_partnership.models import Activity, Entry, Plan, Task
from zhibu_partnership.plan.words import NUMBERS, TITLES

PLAN_KIND: Final = "partnership.plan"
TASK_KIND: Final = "partnership.task"
ENTRY_KIND: Final = "partnership.entry"
USUAL: Final = (KIND, PLAN_KIND, TASK_KIND)
"""The kinds with which a proposal of a partnership begins."""
STATES: Final[Mapping[str, Words]] = {
    "open": Words("办理中", "open"),
    "done": Words("已完成", "done"),
    "dropped": Words("已放弃", "given up"),
}


async def project_plans(
    session: AsyncSession, _: Scope, ids: Sequence[uuid.UUID], fields: frozenset[str]
) -> Mapping[uuid.UUID, Projection]:
    """The agreed fields of these plans (one statement)."""
    rows = await session.scalars(select(Plan).where(Plan.id.in_(ids)))
    return {
        row.id: Projection(row.organization_id, {key: getattr(row, key) for key in ("year", *TITLES) if key in fields})
        for row in rows
    }


async def project_tasks(
    session: AsyncSession, _: Scope, ids: Sequence[uuid.UUID], fields: frozenset[str]
) -> Mapping[uuid.UUID, Projection]:
    """The agreed fields of these tasks (one statement); an offer or need by a name that is no id of it."""

    def by(model: Any, column: Any) -> Any:
        return and_(model.tenant_id == Task.tenant_id, model.id == column)

    query = (
        select(Task, Plan, Organization.name, Activity.series, Entry, Person.name)
        .join(Plan, by(Plan, Task.plan_id))
        .join(Organization, by(Organization, Task.organization_id))
        .outerjoin(Activity, by(Activity, Task.activity_id))
        .outerjoin(Entry, by(Entry, Task.entry_id))
        .outerjoin(Person, by(Person, Task.person_id))
        .where(Task.id.in_(ids))
    )
    found = {}
    for task, plan, place, series, entry, person in await session.execute(query):
        values = {
            "year": plan.year, "title": task.title, "organization": place, "due_on": task.due_on, "state": task.state,
            "done_on": task.done_on, "note": task.note, "series": str(series or ""), "meets": entry.kind if entry else "",
            "entry": str(subject_of(plan.space_id, ENTRY_KIND, entry.id)) if entry else "",
            "entry_title": entry.title if entry else "", "person": person or "",
        }  # fmt: skip
        kept = {key: value for key, value in values.items() if key in fields}
        found[task.id] = Projection(task.organization_id, kept)
    return found


REASONS: Final[Mapping[str, Words]] = {
    PLAN_KIND: Words("共同确定全年目标", "to agree on what the year is for"),
    TASK_KIND: Words("了解对方任务进展，汇总共建成效", "to know how far each side is, and to sum up the outcome"),
}
PLAN: Final = Shareable(
    kind=PLAN_KIND,
    title=Words("年度共建计划", "Plan of a year"),
    fields=(
        ShareField("year", Words("年度", "Year"), "number"),
        *(ShareField(key, title, "number" if key in NUMBERS else "text") for key, title in TITLES.items()),
    ),
    action=WRITE_PLAN,
    project=project_plans,
    reason=REASONS[PLAN_KIND],
)
TASK: Final = Shareable(
    kind=TASK_KIND,
    title=Words("共建任务", "Task of a plan"),
    fields=(
        ShareField("year", Words("年度", "Year"), "number"),
        ShareField("title", Words("任务", "Task")),
        ShareField("organization", Words("负责组织", "Organization that does it")),
        ShareField("due_on", Words("完成期限", "Due"), "date"),
        ShareField("state", Words("办理状态", "How far it is"), words=STATES),
        ShareField("done_on", Words("完成日期", "Done on"), "date"),
        ShareField("note", Words("完成情况", "What came of it")),
        ShareField("series", Words("活动编号", "Number of the activity"), is_mark=True),
        ShareField("meets", Words("使用资源或解决需求", "Whether it used an offer or met a need"), words=KINDS),
        ShareField("entry", Words("资源或需求的编号", "Number of the offer or need"), is_mark=True),
        ShareField("entry_title", Words("资源或需求的名称", "Title of the offer or need")),
        ShareField("person", Words("负责人", "Who does it"), data_class="personal"),
    ),
    action=WRITE_PLAN,
    project=project_tasks,
    reason=REASONS[TASK_KIND],
)


def asked_shares(locale: str = "zh_CN") -> tuple[AskedShare, ...]:
    """Plans and tasks as an agreement names them, with a reason for each field; personal fields are not asked for."""
    return tuple(
        AskedShare(
            one.kind,
            tuple(AskedField(field.key, REASONS[one.kind].of(locale)) for field in one.fields if not field.is_personal),
        )
        for one in (PLAN, TASK)
    )
