"""Checks what people say about a meeting before it is kept; each refusal names the field and what to do."""

import datetime as dt
from collections.abc import Iterable

from zhibu_core.errors import InvalidInput
from zhibu_core.organization.kinds import is_branch
from zhibu_core.organization.models import Organization
from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.access import instant
from zhibu_orglife.content import Minutes, Occasion, Plan
from zhibu_orglife.kinds import COMMITTEE, GROUP, HEART_TALK, KINDS, MARKS, OF_LEADING_BODIES

LONGEST = {"place": 200, "chair": 50, "recorder": 50, "topic": 500, "points": 20_000, "resolution": 20_000, "grp": 50}
"""The most characters that a text may have."""


def check_plan(scope: Scope, organization: Organization, plan: Plan) -> None:
    """Raises `InvalidInput` where the plan cannot be taken."""
    check_occasion(scope, organization, plan)
    if instant(scope, plan.starts_at).date() < scope.today:
        raise InvalidInput("date_past", "计划的日期已经过去。已经开过的会请直接记录。", field="starts_at")


def check_draft(scope: Scope, organization: Organization, minutes: Minutes) -> None:
    """Raises `InvalidInput` where a record holds something wrong; it may still lack things."""
    check_occasion(scope, organization, minutes)
    if instant(scope, minutes.starts_at).date() > scope.today:
        raise InvalidInput("date_future", "开始时间在今天之后。会还没有开，请先安排，开完再记录。", field="starts_at")
    if minutes.attachments < 0:
        raise InvalidInput("number_range", "附件数不能小于 0。", field="attachments")
    if HEART_TALK in minutes.kinds and minutes.points.strip():
        raise InvalidInput(
            "content_private", "谈心谈话的内容不公开，这里只记时间和人员。请清空发言要点。", field="points"
        )
    _check_roll(minutes)
    _check_tasks(minutes, instant(scope, minutes.starts_at).date())


def check_complete(minutes: Minutes) -> None:
    """Raises `InvalidInput` for what a record must have before it is handed in."""
    if not minutes.chair.strip():
        raise InvalidInput("required_missing", "请填写主持人，会议记录和季度台账需要它。", field="chair")
    if not minutes.roll:
        raise InvalidInput("required_missing", "请先点名。可以先记全部到会，再改个别人。", field="roll")


def check_occasion(scope: Scope, organization: Organization, said: Occasion) -> None:
    """Raises `InvalidInput` for kinds, times and texts that do not fit."""
    _check_kinds(organization, said)
    starts = instant(scope, said.starts_at)
    if said.ends_at is not None and instant(scope, said.ends_at) < starts:
        raise InvalidInput("time_reversed", "结束时间早于开始时间。请核对两个时间。", field="ends_at")
    if organization.abolished_on is not None and starts.date() >= organization.abolished_on:
        raise InvalidInput(
            "organization_abolished",
            f"{organization.name}已于 {organization.abolished_on} 撤销，不能再有这天的活动。请核对党组织和日期。",
            field="organization",
        )
    for name, most in LONGEST.items():
        if len(getattr(said, name, None) or "") > most:
            raise InvalidInput("too_long", f"这一项最多 {most} 个字。请缩短。", field=name)


def _check_kinds(organization: Organization, said: Occasion) -> None:
    if not said.kinds:
        raise InvalidInput("required_missing", "请选择活动类型。", field="kinds")
    if unknown := [kind for kind in said.kinds if kind not in KINDS]:
        raise InvalidInput("kind_unknown", f"没有活动类型“{unknown[0]}”。请从列表中选择。", field="kinds")
    if not is_branch(organization.kind) and not OF_LEADING_BODIES.issuperset(said.kinds):
        raise InvalidInput(
            "organization_kind", "组织生活由党支部开展，上级党组织只记民主生活会。请选择党支部。", field="organization"
        )
    if COMMITTEE in said.kinds and not organization.has_committee:
        raise InvalidInput(
            "committee_missing", "本支部不设支委会，支委会的事项由党员大会办理。请改记党员大会。", field="kinds"
        )
    if GROUP in said.kinds and not (said.grp or "").strip():
        raise InvalidInput("required_missing", "请写明是哪个党小组的会。", field="grp")


def _check_roll(minutes: Minutes) -> None:
    if unknown := [entry.mark for entry in minutes.roll if entry.mark not in MARKS]:
        raise InvalidInput("mark_unknown", f"没有到会状态“{unknown[0]}”。请从列表中选择。", field="roll")
    if twice(entry.person_id for entry in minutes.roll):
        raise InvalidInput("person_twice", "名单里有人出现了两次。每人只留一行。", field="roll")


def _check_tasks(minutes: Minutes, held_on: dt.date) -> None:
    for task in minutes.tasks:
        if not task.text.strip():
            raise InvalidInput("required_missing", "交办事项没有写内容。请补上，或删去这一行。", field="tasks")
        if task.due_on is not None and task.due_on < held_on:
            raise InvalidInput("time_reversed", f"“{task.text}”的完成期限早于开会日期。请改期限。", field="tasks")


def twice(values: Iterable[object]) -> bool:
    """Whether any value comes more than once."""
    seen = list(values)
    return len(set(seen)) < len(seen)
