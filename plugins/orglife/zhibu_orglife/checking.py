"""Checks what people say about a meeting before it is kept; each refusal names the field and what to do."""

import datetime as dt
from collections.abc import Iterable

from zhibu_core.errors import InvalidInput
from zhibu_core.organization.kinds import is_branch
from zhibu_core.organization.models import Organization
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.access import instant
from zhibu_orglife.content import Minutes, Occasion, Plan
from zhibu_orglife.kinds import COMMITTEE, GROUP, HEART_TALK, KINDS, MARKS, OF_LEADING_BODIES

LONGEST = {"place": 200, "chair": 50, "recorder": 50, "topic": 500, "points": 20_000, "resolution": 20_000, "grp": 50}
"""The most characters that a text may have."""


def check_plan(scope: Scope, organization: Organization, plan: Plan) -> None:
    """Raises `InvalidInput` where the plan cannot be taken."""
    check_occasion(scope, organization, plan)
    if instant(scope, plan.starts_at).date() < scope.today:
        raise InvalidInput(
            "date_past",
            Words(
                "计划的日期已经过去。已经开过的会请直接记录。",
                "The planned day is past. Record a meeting that has been held right away.",
            ),
            field="starts_at",
        )


def check_draft(scope: Scope, organization: Organization, minutes: Minutes) -> None:
    """Raises `InvalidInput` where a record holds something wrong; it may still lack things."""
    check_occasion(scope, organization, minutes)
    if instant(scope, minutes.starts_at).date() > scope.today:
        raise InvalidInput(
            "date_future",
            Words(
                "开始时间在今天之后。会还没有开，请先安排，开完再记录。",
                "It begins after today. Plan a meeting that has not been held, and record it afterwards.",
            ),
            field="starts_at",
        )
    if minutes.attachments < 0:
        raise InvalidInput(
            "number_range",
            Words("附件数不能小于 0。", "The number of attachments cannot be below 0."),
            field="attachments",
        )
    if HEART_TALK in minutes.kinds and minutes.points.strip():
        raise InvalidInput(
            "content_private",
            Words(
                "谈心谈话的内容不公开，这里只记时间和人员。请清空发言要点。",
                "What is said in a talk is not made public; only time and people are recorded. Clear the notes.",
            ),
            field="points",
        )
    _check_roll(minutes)
    _check_tasks(minutes, instant(scope, minutes.starts_at).date())


def check_complete(minutes: Minutes) -> None:
    """Raises `InvalidInput` for what a record must have before it is handed in."""
    if not minutes.chair.strip():
        raise InvalidInput(
            "required_missing",
            Words(
                "请填写主持人，会议记录和季度台账需要它。",
                "Name the chair; the record and the quarterly ledger need it.",
            ),
            field="chair",
        )
    if not minutes.roll:
        raise InvalidInput(
            "required_missing",
            Words(
                "请先点名。可以先记全部到会，再改个别人。",
                "Call the roll first. Mark all as present, then change a few.",
            ),
            field="roll",
        )


def check_occasion(scope: Scope, organization: Organization, said: Occasion) -> None:
    """Raises `InvalidInput` for kinds, times and texts that do not fit."""
    _check_kinds(organization, said)
    starts = instant(scope, said.starts_at)
    if said.ends_at is not None and instant(scope, said.ends_at) < starts:
        raise InvalidInput(
            "time_reversed",
            Words("结束时间早于开始时间。请核对两个时间。", "The end is before the beginning. Check both times."),
            field="ends_at",
        )
    if organization.abolished_on is not None and starts.date() >= organization.abolished_on:
        raise InvalidInput(
            "organization_abolished",
            Words(
                f"{organization.name}已于 {organization.abolished_on} 撤销，不能再有这天的活动。请核对党组织和日期。",
                f"{organization.name} was abolished on {organization.abolished_on} and can have no meeting then. "
                "Check organization and date.",
            ),
            field="organization",
        )
    for name, most in LONGEST.items():
        if len(getattr(said, name, None) or "") > most:
            raise InvalidInput(
                "too_long",
                Words(f"这一项最多 {most} 个字。请缩短。", f"At most {most} characters here. Shorten it."),
                field=name,
            )


def _check_kinds(organization: Organization, said: Occasion) -> None:
    if not said.kinds:
        raise InvalidInput(
            "required_missing", Words("请选择活动类型。", "Choose what kind of meeting it is."), field="kinds"
        )
    if unknown := [kind for kind in said.kinds if kind not in KINDS]:
        raise InvalidInput(
            "kind_unknown",
            Words(
                f"没有活动类型“{unknown[0]}”。请从列表中选择。",
                f"There is no kind of meeting “{unknown[0]}”. Choose one from the list.",
            ),
            field="kinds",
        )
    if not is_branch(organization.kind) and not OF_LEADING_BODIES.issuperset(said.kinds):
        raise InvalidInput(
            "organization_kind",
            Words(
                "组织生活由党支部开展，上级党组织只记民主生活会。请选择党支部。",
                "Organizational life is held by branches; organizations above record democratic life meetings only. Choose a branch.",
            ),
            field="organization",
        )
    if COMMITTEE in said.kinds and not organization.has_committee:
        raise InvalidInput(
            "committee_missing",
            Words(
                "本支部不设支委会，支委会的事项由党员大会办理。请改记党员大会。",
                "This branch has no committee; the member meeting decides in its place. Record a member meeting.",
            ),
            field="kinds",
        )
    if GROUP in said.kinds and not (said.grp or "").strip():
        raise InvalidInput(
            "required_missing", Words("请写明是哪个党小组的会。", "State which group's meeting it is."), field="grp"
        )


def _check_roll(minutes: Minutes) -> None:
    if unknown := [entry.mark for entry in minutes.roll if entry.mark not in MARKS]:
        raise InvalidInput(
            "mark_unknown",
            Words(
                f"没有到会状态“{unknown[0]}”。请从列表中选择。",
                f"There is no mark “{unknown[0]}”. Choose one from the list.",
            ),
            field="roll",
        )
    if twice(entry.person_id for entry in minutes.roll):
        raise InvalidInput(
            "person_twice",
            Words("名单里有人出现了两次。每人只留一行。", "Somebody stands twice in the list. Keep one line a person."),
            field="roll",
        )


def _check_tasks(minutes: Minutes, held_on: dt.date) -> None:
    for task in minutes.tasks:
        if not task.text.strip():
            raise InvalidInput(
                "required_missing",
                Words(
                    "交办事项没有写内容。请补上，或删去这一行。",
                    "A task says nothing. Complete it, or delete the line.",
                ),
                field="tasks",
            )
        if task.due_on is not None and task.due_on < held_on:
            raise InvalidInput(
                "time_reversed",
                Words(
                    f"“{task.text}”的完成期限早于开会日期。请改期限。",
                    f"“{task.text}” is due before the day of the meeting. Change the deadline.",
                ),
                field="tasks",
            )


def twice(values: Iterable[object]) -> bool:
    """Whether any value comes more than once."""
    seen = list(values)
    return len(set(seen)) < len(seen)
