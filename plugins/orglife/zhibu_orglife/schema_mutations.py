"""The mutations of organizational life: record, correct, approve and withdraw a meeting."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Annotated, Any

import strawberry

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words
from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError, not_there
from zhibu_graphql.fields import additions, mutation, part, plain
from zhibu_graphql.ids import read_id
from zhibu_graphql.reading import find, read_from
from zhibu_graphql.reading.members import TAG as MEMBER
from zhibu_graphql.reading.organizations import TAG as ORGANIZATION
from zhibu_orglife import content
from zhibu_orglife.actions import APPROVE, RECORD, WITHDRAW
from zhibu_orglife.approving import approve_meeting, withdraw_meeting
from zhibu_orglife.content import Minutes
from zhibu_orglife.listings import MEETINGS, TAG
from zhibu_orglife.recording import correct_meeting, record_meeting
from zhibu_orglife.schema import Meeting


@strawberry.input(description="One person of the roll.")
class RollInput:
    member: strawberry.ID = strawberry.field(description="Who.")
    mark: str = strawberry.field(default="present", description="present, late, online, leave or absent.")
    reason: str = strawberry.field(default="", description="Why on leave or absent.")


@strawberry.input(description="Something agreed to be done.")
class TaskInput:
    text: str = strawberry.field(description="What.")
    owner: strawberry.ID | None = strawberry.field(default=None, description="By whom.")
    due_on: dt.date | None = strawberry.field(default=None, description="Until when.")


@strawberry.input(description="The record of a meeting that was held. Times without a zone are the tenant's.")
class MeetingInput:
    organization: strawberry.ID = strawberry.field(description="Whose it is.")
    kinds: list[str] = strawberry.field(description="What was held, such as `theme_day`.")
    starts_at: dt.datetime = strawberry.field(description="When it began.")
    ends_at: dt.datetime | None = strawberry.field(default=None, description="When it ended.")
    place: str = strawberry.field(default="", description="Where.")
    online: bool = strawberry.field(default=False, description="Whether held online.")
    chair: str = strawberry.field(default="", description="Who was in the chair.")
    recorder: str = strawberry.field(default="", description="Who wrote; whoever sends this if not given.")
    topic: str = strawberry.field(default="", description="What it was about.")
    group: str | None = strawberry.field(default=None, description="The party group that met, if one.")
    points: str = strawberry.field(default="", description="What was said.")
    resolution: str = strawberry.field(default="", description="What was decided.")
    attachments: int = strawberry.field(default=0, description="How many papers belong to it.")
    roll: list[RollInput] = strawberry.field(default_factory=list, description="Who was there and who was not.")
    tasks: list[TaskInput] = strawberry.field(default_factory=list, description="What was agreed to be done.")


@part(description="The meeting after it was recorded.")
class RecordMeetingPayload:
    meeting: Meeting | None = plain("The meeting; null where it was not recorded.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


@part(description="The new version after a correction.")
class CorrectMeetingPayload:
    meeting: Meeting | None = plain("The new version; null where it was not written.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


@part(description="The meeting after it was approved.")
class ApproveMeetingPayload:
    meeting: Meeting | None = plain("The meeting; null where it was not approved.")
    errors: list[UserError] = plain("Why it could not be approved.", size=5)


@part(description="The meeting after it was withdrawn.")
class WithdrawMeetingPayload:
    meeting: Meeting | None = plain("The meeting; null where it was not withdrawn.")
    errors: list[UserError] = plain("Why it could not be withdrawn.", size=5)


Given = Annotated[MeetingInput, strawberry.argument(name="input", description="The record.")]
Which = Annotated[strawberry.ID, strawberry.argument(description="Which meeting.")]
Why = Annotated[str, strawberry.argument(description="Why; needed when the record counted already.")]


@additions
class MeetingMutations:
    """The root fields of the plugin."""

    @mutation(RECORD, description="Records a meeting that was held; handed in, it counts once it is approved.")
    async def record_meeting(
        self,
        info: Info,
        given: Given,
        meeting: Annotated[
            strawberry.ID | None, strawberry.argument(description="The plan or draft it completes.")
        ] = None,
        submit: Annotated[
            bool, strawberry.argument(description="Whether to hand it in; otherwise it stays a draft.")
        ] = True,
    ) -> RecordMeetingPayload | None:
        known = None if meeting is None else _meeting(meeting)
        made = await record_meeting(
            info.context.session, info.context.scope, minutes_of(given), meeting_id=known, submit=submit
        )
        return RecordMeetingPayload(meeting=await _shown(info, made.id), errors=[])

    @mutation(RECORD, description="Corrects a record by a new version; the old version's facts are superseded.")
    async def correct_meeting(
        self, info: Info, meeting: Which, given: Given, reason: Why = ""
    ) -> CorrectMeetingPayload | None:
        context = info.context
        made = await correct_meeting(
            context.session, context.scope, _meeting(meeting), minutes_of(given), reason=reason
        )
        return CorrectMeetingPayload(meeting=await _shown(info, made.id), errors=[])

    @mutation(APPROVE, description="Approves a record that was handed in: from now on it counts.")
    async def approve_meeting(self, info: Info, meeting: Which) -> ApproveMeetingPayload | None:
        made = await approve_meeting(info.context.session, info.context.scope, _meeting(meeting))
        return ApproveMeetingPayload(meeting=await _shown(info, made.id), errors=[])

    @mutation(WITHDRAW, description="Withdraws a record; its facts are retracted.")
    async def withdraw_meeting(self, info: Info, meeting: Which, reason: Why = "") -> WithdrawMeetingPayload | None:
        context = info.context
        made = await withdraw_meeting(context.session, context.scope, _meeting(meeting), reason=reason)
        return WithdrawMeetingPayload(meeting=await _shown(info, made.id), errors=[])


def minutes_of(given: MeetingInput) -> Minutes:
    """The record as the services take it; raises `NotFound`, `InvalidInput` for ids that are none."""
    organization = read_id(given.organization, ORGANIZATION)
    if organization is None:
        raise not_there(
            "organization",
            Words("没有找到这个党组织。请核对后重试。", "There is no such organization. Check it and try again."),
        )
    return Minutes(
        organization_id=organization,
        kinds=tuple(given.kinds),
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        place=given.place,
        online=given.online,
        chair=given.chair,
        recorder=given.recorder,
        topic=given.topic,
        grp=given.group,
        points=given.points,
        resolution=given.resolution,
        attachments=given.attachments,
        roll=tuple(_roll(given.roll)),
        tasks=tuple(_tasks(given.tasks)),
    )


def _roll(given: Iterable[RollInput]) -> list[content.RollEntry]:
    return [content.RollEntry(_person(line.member, "roll"), line.mark, line.reason) for line in given]


def _tasks(given: Iterable[TaskInput]) -> list[content.TaskEntry]:
    return [
        content.TaskEntry(task.text, _person(task.owner, "tasks") if task.owner else None, task.due_on)
        for task in given
    ]


def _person(text: str, field: str) -> uuid.UUID:
    found = read_id(text, MEMBER)
    if found is None:
        raise InvalidInput(
            "person_unknown",
            Words("没有找到这位党员。请核对后重试。", "There is no such member. Check it and try again."),
            field=field,
        )
    return found


def _meeting(text: str) -> uuid.UUID:
    found = read_id(text, TAG)
    if found is None:
        raise not_there(
            "meeting", Words("没有找到这次活动。请核对后重试。", "There is no such meeting. Check it and try again.")
        )
    return found


async def _shown(info: Info, key: uuid.UUID) -> Any:
    info.context.forget()
    return read_from(await find(info.context, MEETINGS, key))
