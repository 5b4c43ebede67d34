"""Joint activities in GraphQL: our records with what the other sides say, invitations that wait for us, and the mutations."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_core.words import Words
from zhibu_graphql.context import Context, Info
from zhibu_graphql.errors import UserError, not_there
from zhibu_graphql.fields import additions, column, field, listing, mutation, object_type, part, plain
from zhibu_graphql.ids import global_id, read_id
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Below, Connection, First
from zhibu_graphql.reading import find, find_all, page_below, read_from, read_one
from zhibu_graphql.reading.members import TAG as MEMBER
from zhibu_graphql.reading.organizations import ORGANIZATIONS, OrganizationRecord
from zhibu_graphql.reading.spaces import SPACE
from zhibu_graphql.types.lazy import LazyOrganization
from zhibu_partnership.actions import CONFIRM, READ_ACTIVITY, RECORD
from zhibu_partnership.joint.inviting import accept, cancel, decline, invite
from zhibu_partnership.joint.listing import ACTIVITIES, TABLE, TAG, ActivityRecord
from zhibu_partnership.joint.outcome import Outcome, outcomes_of
from zhibu_partnership.joint.reading import Invitation, Joint, Theirs, invitations_for, joint_of
from zhibu_partnership.joint.recording import adopt, change, close_one_sided, confirm
from zhibu_partnership.joint.words import KINDS, Agreed, Differing, differing

SIDES, MOST_INVITATIONS, MOST_FIELDS, MOST_OUTCOMES = 3, 20, 7, 100


@part(description="A field in which two sides differ.")
class ActivityDifference:
    field: str = plain("title, kinds, held_on, starts_at, ends_at, place or summary; to be given to `adoptFields`.")

    ours: str = plain("What we say.")
    theirs: str = plain("What the other side says.")


@part(description="Another side of a joint activity, as far as it has answered and its words may be read.")
class ActivitySide:
    name: str = plain("The tenant's name.")
    state: str = plain("How far it is; empty while it has not answered.")
    people: int | None = plain("How many of theirs were there.")

    @field(description="Names the side in `adoptFields`.")
    def party(self, root: Any) -> str:
        return str(root.party)

    @field(description="Whether it confirmed some words.")
    def has_confirmed(self, root: Any) -> bool:
        return bool(root.confirmed)

    differences: list[ActivityDifference] = plain("In what it differs from us.", size=MOST_FIELDS)


@object_type(READ_ACTIVITY, description="Our record of something that organizations of several tenants hold together.")
class JointActivity(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = ActivityRecord

    state: str = column(TABLE.c.state, "invited, accepted, declined, settled, one_sided or cancelled.")
    is_host: bool = column(TABLE.c.is_host, "Whether we invited.")
    title: str = column(TABLE.c.title, "What it is called.")
    kinds: list[str] = plain("What it is besides co-building, such as `theme_day`.", size=len(KINDS))
    held_on: dt.date = column(TABLE.c.held_on, "The day.")
    starts_at: str = column(TABLE.c.starts_at, "Like 14:30, or empty.")
    ends_at: str = column(TABLE.c.ends_at, "Like 16:00, or empty.")
    place: str = column(TABLE.c.place, "Where.")
    summary: str = column(TABLE.c.summary, "What was done, and what came of it.")
    people: int = column(TABLE.c.people, "How many of ours were there.")
    reason: str = column(TABLE.c.reason, "Why it was declined, called off or closed by us alone.")
    confirmed_at: dt.datetime | None = column(TABLE.c.confirmed_at, "When we confirmed it.")
    confirmed_by: str | None = column(TABLE.c.confirmed_by, "Who confirmed it for us.")
    settled_on: dt.date | None = column(TABLE.c.settled_on, "Since when it counts.")

    @field(description="Whose record it is.")
    async def organization(self, root: ActivityRecord, info: Info) -> LazyOrganization | None:
        return await read_one(info, ORGANIZATIONS, root.organization_id)

    @field(description="The id of the agreement under which it is held.")
    def agreement(self, root: ActivityRecord) -> strawberry.ID:
        return strawberry.ID(global_id(SPACE, root.space_id.bytes))

    @field(description="What the other sides say of it.", weight=5, size=SIDES)
    async def sides(self, root: ActivityRecord, info: Info) -> list[ActivitySide]:
        async with info.context.turn() as session:
            joint = await joint_of(session, info.context.scope, root.id)
        return read_from([_Side(joint, one) for one in joint.sides])

    @classmethod
    async def find(cls, context: Context, keys: list[uuid.UUID]) -> Mapping[uuid.UUID, Any]:
        """The records of these ids that the asker may read, by one statement."""
        return await find_all(context, ACTIVITIES, keys)


class _Side:
    """What an ActivitySide is read from."""

    def __init__(self, joint: Joint, theirs: Theirs) -> None:
        self.party, self.name, self.state = theirs.party, theirs.name, theirs.state
        self.people, self.confirmed = theirs.people, theirs.confirmed
        found = differing(joint.ours, theirs.said) if theirs.said else []
        self.differences = [Differing(one.field, one.title, _said(one.ours), _said(one.theirs)) for one in found]


@part(description="A joint activity to which another side has invited us.")
class ActivityInvitation:
    from_name: str = plain("The tenant that invites.")

    @field(description="The id of the agreement under which it would be held.")
    def agreement(self, root: Invitation) -> strawberry.ID:
        return strawberry.ID(global_id(SPACE, root.copy.space_id.bytes))

    @field(description="Names the activity in `answerInvitation`.")
    def series(self, root: Invitation) -> uuid.UUID:
        return root.series

    @field(description="What it is called.")
    def title(self, root: Invitation) -> str:
        return root.said.title

    @field(description="The day.")
    def held_on(self, root: Invitation) -> dt.date:
        return root.said.held_on

    @field(description="Where.")
    def place(self, root: Invitation) -> str:
        return root.said.place


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
class JointFields:
    """What is added to Organization."""

    @listing(READ_ACTIVITY, description="What it holds together with organizations of other tenants, the latest first.")
    async def joint_activities(
        self,
        root: OrganizationRecord,
        info: Info,
        first: First,
        after: After = None,
        below: Below = True,
        state: Annotated[str | None, strawberry.argument(description="Only in this state.")] = None,
    ) -> Connection[JointActivity] | None:
        return await page_below(info, ACTIVITIES, "below" if below else "at", root.id, first, after, {"state": state})


@part(description="What came of a partnership in a year, counted from the records that count.")
class PartnershipOutcome:
    title: str = plain("The agreement's title.")
    year: int = plain("The year.")
    held: int = plain("Activities that were confirmed or closed.")
    together: int = plain("How many of them both sides confirmed.")
    people: int = plain("How many of ours were there, added up.")

    @field(description="The tenants of the other sides.", size=SIDES)
    def partners(self, root: Outcome) -> list[str]:
        return list(root.partners)


@additions
class JointQuery:
    """The root fields of joint activities."""

    @field(READ_ACTIVITY, description="What came of each partnership, year by year.", weight=5, size=100)
    async def partnership_outcomes(self, info: Info) -> list[PartnershipOutcome]:
        async with info.context.turn() as session:
            found = await outcomes_of(session, info.context.scope)
        return read_from(found[:MOST_OUTCOMES])

    @field(READ_ACTIVITY, description="Invitations of other sides that wait for us, the newest first.", size=20)
    async def activity_invitations(self, info: Info) -> list[ActivityInvitation]:
        async with info.context.turn() as session:
            found = await invitations_for(session, info.context.scope)
        return read_from(found[:MOST_INVITATIONS])


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
        party: Annotated[str, strawberry.argument(description="The side.")],
        fields: Annotated[list[str], strawberry.argument(description="Such as held_on.")],
    ) -> JointActivityPayload | None:
        async with info.context.turn() as session:
            await adopt(info.context.platform, session, info.context.scope, _activity(activity), _uuid(party), fields)
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


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def _uuid_of(found: uuid.UUID | None) -> uuid.UUID:
    return found or uuid.UUID(int=0)


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
