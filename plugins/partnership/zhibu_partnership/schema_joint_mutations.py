"""How joint activities are written in GraphQL: invited, answered, changed, confirmed, closed."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from zhibu_core.words import Words
from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError, not_there
from zhibu_graphql.fields import additions, mutation, part, plain
from zhibu_graphql.ids import read_id
from zhibu_graphql.reading import find, read_from
from zhibu_graphql.reading.agreements import TAG as SPACE
from zhibu_graphql.reading.members import TAG as MEMBER
from zhibu_partnership.actions import CONFIRM, RECORD
from zhibu_partnership.joint.inviting import accept, cancel, decline, invite
from zhibu_partnership.joint.listing import ACTIVITIES, TAG
from zhibu_partnership.joint.recording import adopt, change, close_one_sided, confirm
from zhibu_partnership.joint.words import Agreed
from zhibu_partnership.schema_joint_types import JointActivity


@strawberry.input(description="What happens, as one side says it.")
class JointActivityInput:
    title: str = strawberry.field(description="In at most 60 characters.")
    held_on: dt.date = strawberry.field(description="The day, within the agreement's term.")
    kinds: list[str] = strawberry.field(default_factory=list, description="Besides co-building, such as `theme_day`.")
    starts_at: str = strawberry.field(default="", description="Like 14:30.")
    ends_at: str = strawberry.field(default="", description="Like 16:00.")
    place: str = strawberry.field(default="", description="Where.")
    summary: str = strawberry.field(default="", description="What was done, and what came of it.")

    def agreed(self) -> Agreed:
        """The same as the services take it."""
        return Agreed(
            self.title, tuple(self.kinds), self.held_on, self.starts_at, self.ends_at, self.place, self.summary
        )


@part(description="Our record after the change.")
class JointActivityPayload:
    activity: JointActivity | None = plain("The record; null where nothing was written.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


Given = Annotated[JointActivityInput, strawberry.argument(name="input", description="What happens.")]
Which = Annotated[strawberry.ID, strawberry.argument(description="Our record.")]
Agreement = Annotated[strawberry.ID, strawberry.argument(description="The agreement.")]
Why = Annotated[str, strawberry.argument(description="Why, in at most 200 characters.")]
People = Annotated[list[strawberry.ID], strawberry.argument(description="The members of ours who were there.")]


@additions
class JointMutations:
    """The mutations of joint activities."""

    @mutation(RECORD, description="Invites the other sides of an agreement to something held together.")
    async def invite_to_joint_activity(
        self, info: Info, agreement: Agreement, given: Given
    ) -> JointActivityPayload | None:
        async with info.context.turn() as session:
            made = await invite(info.context.platform, session, info.context.scope, _space(agreement), given.agreed())
        return await _payload(info, made.id)

    @mutation(RECORD, description="Accepts an invitation, or declines it with a reason that stays here.")
    async def answer_invitation(
        self,
        info: Info,
        agreement: Agreement,
        series: Annotated[uuid.UUID, strawberry.argument(description="The activity, as the invitation names it.")],
        accepts: Annotated[bool, strawberry.argument(name="accept", description="Whether we come.")],
        reason: Why = "",
    ) -> JointActivityPayload | None:
        context = info.context
        async with context.turn() as session:
            if accepts:
                made = await accept(context.platform, session, context.scope, _space(agreement), series)
            else:
                made = await decline(context.platform, session, context.scope, _space(agreement), series, reason)
        return await _payload(info, made.id)

    @mutation(RECORD, description="Changes what we say; our confirmation of the old words goes.")
    async def change_joint_activity(self, info: Info, activity: Which, given: Given) -> JointActivityPayload | None:
        async with info.context.turn() as session:
            await change(info.context.platform, session, info.context.scope, _activity(activity), given.agreed())
        return await _payload(info, _activity(activity))

    @mutation(RECORD, description="Takes over what another side says in these fields.")
    async def adopt_fields(
        self,
        info: Info,
        activity: Which,
        side: Annotated[str, strawberry.argument(description="The side, by its tenant's slug.")],
        fields: Annotated[list[str], strawberry.argument(description="Such as held_on.")],
    ) -> JointActivityPayload | None:
        async with info.context.turn() as session:
            await adopt(info.context.platform, session, info.context.scope, _activity(activity), side, fields)
        return await _payload(info, _activity(activity))

    @mutation(CONFIRM, description="Writes who of ours was there and confirms what we say.")
    async def confirm_joint_activity(self, info: Info, activity: Which, present: People) -> JointActivityPayload | None:
        people = [_uuid_of(read_id(one, MEMBER)) for one in present]
        async with info.context.turn() as session:
            await confirm(info.context.platform, session, info.context.scope, _activity(activity), people)
        return await _payload(info, _activity(activity))

    @mutation(CONFIRM, description="Closes our record without the other side, with the reason.")
    async def close_joint_activity(self, info: Info, activity: Which, reason: Why) -> JointActivityPayload | None:
        async with info.context.turn() as session:
            await close_one_sided(info.context.platform, session, info.context.scope, _activity(activity), reason)
        return await _payload(info, _activity(activity))

    @mutation(RECORD, description="Calls it off on our side, with the reason.")
    async def cancel_joint_activity(self, info: Info, activity: Which, reason: Why) -> JointActivityPayload | None:
        async with info.context.turn() as session:
            await cancel(info.context.platform, session, info.context.scope, _activity(activity), reason)
        return await _payload(info, _activity(activity))


async def _payload(info: Info, key: uuid.UUID) -> JointActivityPayload:
    info.context.forget()
    return JointActivityPayload(activity=read_from(await find(info.context, ACTIVITIES, key)), errors=[])


def _activity(text: str) -> uuid.UUID:
    found = read_id(text, TAG)
    if found is None:
        said = Words("没有找到这次共同活动。请核对后重试。", "There is no such joint activity. Check it and try again.")
        raise not_there("activity", said)
    return found


def _space(text: str) -> uuid.UUID:
    return _uuid_of(read_id(text, SPACE))


def _uuid_of(found: uuid.UUID | None) -> uuid.UUID:
    return found or uuid.UUID(int=0)
