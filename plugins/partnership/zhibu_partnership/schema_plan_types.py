"""Plans, tasks and yearly reviews as types of the API; what the other sides say has no ids of nodes."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.fields import column, field, key, listing, object_type, one, part, plain
from zhibu_graphql.ids import global_id
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Connection, First
from zhibu_graphql.reading import find_all, read_from
from zhibu_graphql.reading.agreements import TAG as SPACE
from zhibu_graphql.reading.members import MEMBERS
from zhibu_graphql.reading.organizations import ORGANIZATIONS
from zhibu_graphql.sql import rows_of
from zhibu_graphql.types.lazy import LazyMember, LazyOrganization
from zhibu_partnership.actions import OWN_TASK, READ_PLAN
from zhibu_partnership.joint.listing import ACTIVITIES
from zhibu_partnership.plan.listing import (
    PLAN_TABLE,
    PLAN_TAG,
    PLANS,
    TASK_TABLE,
    TASK_TAG,
    TASKS,
    PlanRecord,
    TaskRecord,
)
from zhibu_partnership.plan.reading import TheirTask
from zhibu_partnership.plan.review import Review
from zhibu_partnership.plan.words import goals_in
from zhibu_partnership.reading import ENTRIES
from zhibu_partnership.schema import OfferOrNeed
from zhibu_partnership.schema_joint_types import JointActivity, PartnershipOutcome

SIDES, MOST_RECORDS = 3, 200
LISTED = "records of several kinds and copies of the other sides are put together by partnership and year"
TaskState = Annotated[str | None, strawberry.argument(description="Only open, done or dropped.")]


@part(description="What a year is for, and how much of it; nought is no goal.")
class PartnershipGoals:
    aim: str = plain("What the year is for.")
    held: int = plain("Activities to hold.")
    people: int = plain("People who come, each time counted.")
    needs: int = plain("Needs to meet.")
    offers: int = plain("Resources to use.")


@object_type(READ_PLAN, OWN_TASK, description="A task of ours for the year of a partnership.")
class PartnershipTask(Node):
    tag: ClassVar[str] = TASK_TAG
    record: ClassVar[type] = TaskRecord
    found_in: ClassVar[Any] = TASKS

    title: str = column(TASK_TABLE.c.title, "What is to be done.")
    due_on: dt.date = column(TASK_TABLE.c.due_on, "Until when.")
    state: str = column(TASK_TABLE.c.state, "open, done or dropped.")
    done_on: dt.date | None = column(TASK_TABLE.c.done_on, "The day on which it was done.")
    note: str = column(TASK_TABLE.c.note, "What came of it.")
    reason: str = column(TASK_TABLE.c.reason, "Why it was given up; it stays here.")

    organization: LazyOrganization | None = one(ORGANIZATIONS, "organization_id", "Whose it is.", joined=True)
    member: LazyMember | None = one(MEMBERS, "person_id", "Who of ours does it.")
    activity: JointActivity | None = one(ACTIVITIES, "activity_id", "The joint activity that did it.")
    offer_or_need: OfferOrNeed | None = one(ENTRIES, "entry_id", "The offer that was used, or the need that was met.")


@object_type(READ_PLAN, description="What our side says a partnership means to do in a year.")
class PartnershipPlan(Node):
    tag: ClassVar[str] = PLAN_TAG
    record: ClassVar[type] = PlanRecord
    found_in: ClassVar[Any] = PLANS

    year: int = column(PLAN_TABLE.c.year, "The year.")
    aim: str = column(PLAN_TABLE.c.aim, "What the year is for.")
    held: int = column(PLAN_TABLE.c.held, "Activities to hold; nought is no goal.")
    people: int = column(PLAN_TABLE.c.people, "People who come, each time counted.")
    needs: int = column(PLAN_TABLE.c.needs, "Needs to meet.")
    offers: int = column(PLAN_TABLE.c.offers, "Resources to use.")
    agreed_on: dt.date | None = column(PLAN_TABLE.c.agreed_on, "Since when all sides say the same as in `agreed`.")

    organization: LazyOrganization | None = one(ORGANIZATIONS, "organization_id", "Whose it is.", joined=True)
    agreement: strawberry.ID = key("space_id", "id", "The id of the agreement.", tag=SPACE)

    @field(
        description="The goals on which all sides said the same last.",
        computed="goals are kept as they were agreed, as one record of values",
    )
    def agreed(self, root: PlanRecord) -> PartnershipGoals | None:
        return None if root.agreed is None else read_from(goals_in(root.agreed))

    @listing(READ_PLAN, OWN_TASK, description="Our tasks, by the day on which they are due.")
    def tasks(
        self, root: PlanRecord, first: First, after: After = None, state: TaskState = None
    ) -> Connection[PartnershipTask] | None:
        return rows_of(root, "plan", TASKS, first, after, {"state": state})


@part(description="A task of another side, as it says it.")
class TheirPartnershipTask:
    title: str = plain("What is to be done.")
    organization: str = plain("The organization that does it.")
    due_on: dt.date | None = plain("Until when.")
    state: str = plain("open, done or dropped.")
    done_on: dt.date | None = plain("The day on which it was done.")
    note: str = plain("What came of it.")
    person: str = plain("Who does it, where the agreement names that; else empty.")

    @field(description="The tenant's name.")
    def tenant(self, root: TheirTask) -> str:
        return root.party_name


@part(description="What another side says a year is for.")
class TheirPartnershipGoals:
    slug: str = plain("The tenant's name in addresses; names the side in `agreeToPartnershipGoals`.")
    tenant: str = plain("The tenant's name.")
    goals: PartnershipGoals = plain("Its goals.")


@part(description="A need that was met or an offer that was used, ours or another side's.")
class PartnershipResource:
    kind: str = plain("offer or need.")
    title: str = plain("In a few words.")
    party_name: str = plain("The tenant's name.")


@part(description="One partnership in one year, with the records behind each result.")
class PartnershipReview:
    year: int = plain("The year.")
    outcome: PartnershipOutcome = plain("The results.")

    @field(description="The id of the agreement.")
    def agreement(self, root: Review) -> strawberry.ID:
        return strawberry.ID(global_id(SPACE, root.outcome.space_id.bytes))

    @field(description="What the other sides say the year is for.", size=SIDES)
    def their_goals(self, root: Review) -> list[TheirPartnershipGoals]:
        return read_from([_Said(root, party, goals) for party, goals in root.said.items()])

    @field(description="The joint activities that count.", size=MOST_RECORDS, weight=2, computed=LISTED)
    async def activities(self, root: Review, info: Info) -> list[JointActivity]:
        return await _rows(info, ACTIVITIES, [one.id for one, _ in root.activities])

    @field(description="Our tasks.", size=MOST_RECORDS, weight=2, computed=LISTED)
    async def tasks(self, root: Review, info: Info) -> list[PartnershipTask]:
        return await _rows(info, TASKS, [task.id for task, _, _ in root.tasks])

    @field(description="The tasks of the other sides.", size=MOST_RECORDS)
    def their_tasks(self, root: Review) -> list[TheirPartnershipTask]:
        return read_from(root.their_tasks[:MOST_RECORDS])

    @field(description="Needs that were met and offers that were used.", size=MOST_RECORDS)
    def resources(self, root: Review) -> list[PartnershipResource]:
        return read_from(root.resources[:MOST_RECORDS])


class _Said:
    """What TheirPartnershipGoals are read from."""

    def __init__(self, review: Review, party: Any, goals: Any) -> None:
        self.slug, self.tenant, self.goals = review.slug_of(party), review.party_name(party), goals


async def _rows(info: Info, of: Any, keys: list[Any]) -> Any:
    found = await find_all(info.context, of, keys[:MOST_RECORDS])
    return [found[one] for one in keys if one in found]
