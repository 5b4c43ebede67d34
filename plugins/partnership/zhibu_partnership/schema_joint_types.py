"""Joint activities as types of the API: our record with what the other sides say, an invitation, what came of it all."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from typing import Any, ClassVar

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.fields import column, field, key, object_type, one, part, plain
from zhibu_graphql.ids import global_id
from zhibu_graphql.node import Node
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.agreements import TAG as SPACE
from zhibu_graphql.reading.organizations import ORGANIZATIONS
from zhibu_graphql.types.lazy import LazyOrganization
from zhibu_partnership.actions import READ_ACTIVITY
from zhibu_partnership.joint.listing import ACTIVITIES, TABLE, TAG, ActivityRecord
from zhibu_partnership.joint.reading import Invitation, Joint, Theirs, activities_of, joints_of
from zhibu_partnership.joint.words import KINDS, Differing, differing
from zhibu_partnership.plan.outcome import Outcome

SIDES, MOST_FIELDS = 3, 7


@part(description="A field in which two sides differ.")
class ActivityDifference:
    field: str = plain("title, kinds, held_on, starts_at, ends_at, place or summary; to be given to `adoptFields`.")

    ours: str = plain("What we say.")
    theirs: str = plain("What the other side says.")


@part(description="Another side of a joint activity, as far as it has answered and its words may be read.")
class ActivitySide:
    name: str = plain("The tenant's name.")
    slug: str = plain("The tenant's name in addresses; names the side in `adoptFields`.")
    state: str = plain("How far it is; empty while it has not answered.")
    people: int | None = plain("How many of theirs were there.")

    @field(description="Whether it confirmed some words.")
    def has_confirmed(self, root: Any) -> bool:
        return bool(root.confirmed)

    differences: list[ActivityDifference] = plain("In what it differs from us.", size=MOST_FIELDS)


@object_type(READ_ACTIVITY, description="Our record of something that organizations of several tenants hold together.")
class JointActivity(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = ActivityRecord
    found_in: ClassVar[Any] = ACTIVITIES

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

    organization: LazyOrganization | None = one(ORGANIZATIONS, "organization_id", "Whose record it is.", joined=True)
    agreement: strawberry.ID = key("space_id", "id", "The id of the agreement under which it is held.", tag=SPACE)

    @field(
        description="What the other sides say of it.",
        weight=5,
        size=SIDES,
        computed="what another side says is read out of its copy, by the types declared for it",
    )
    async def sides(self, root: ActivityRecord, info: Info) -> list[ActivitySide]:
        context = info.context

        async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, Joint]:
            async with context.turn() as session:
                here = await activities_of(session, context.scope, ids=keys, limit=len(keys))
                return {one.activity.id: one for one in await joints_of(session, context.scope, here)}

        joint = await context.load("partnership.sides", root.id, fetch)
        return read_from([_Side(joint, one) for one in joint.sides] if joint else [])


class _Side:
    """What an ActivitySide is read from."""

    def __init__(self, joint: Joint, theirs: Theirs) -> None:
        self.slug, self.name, self.state = theirs.slug, theirs.name, theirs.state
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


@part(description="One result of a year beside its goal.")
class PartnershipFigure:
    key: str = plain("held, people, needs or offers.")
    goal: int = plain("What was agreed; nought is no goal.")
    ours: int = plain("What our records come to.")
    theirs: int | None = plain("What the other sides say; null where that cannot be read, or is the same as ours.")
    total: int = plain("What all sides came to, as far as it is known.")
    is_reached: bool = plain("Whether there is a goal and it is reached.")


@part(description="What came of a partnership in a year, counted from the records that count.")
class PartnershipOutcome:
    title: str = plain("The agreement's title.")
    year: int = plain("The year.")
    held: int = plain("Activities that were confirmed or closed.")
    together: int = plain("How many of them both sides confirmed.")
    people: int = plain("How many of ours were there, added up.")
    their_people: int | None = plain("How many of theirs; null where nothing of theirs can be read.")
    figures: list[PartnershipFigure] = plain("The results beside the goals that all sides agreed on.", size=4)

    @field(description="The id of the agreement.")
    def agreement(self, root: Outcome) -> strawberry.ID:
        return strawberry.ID(global_id(SPACE, root.space_id.bytes))

    @field(description="Tasks of all sides that were not given up.")
    def tasks(self, root: Outcome) -> int:
        return root.tasks.tasks

    @field(description="How many of these are done.")
    def tasks_done(self, root: Outcome) -> int:
        return root.tasks.done

    @field(description="How many of these should have been done by today.")
    def tasks_overdue(self, root: Outcome) -> int:
        return root.tasks.overdue

    @field(description="The tenants of the other sides.", size=SIDES)
    def partners(self, root: Outcome) -> list[str]:
        return list(root.partners)


def _said(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
