"""Where plans, tasks and reviews are read in GraphQL: behind an organization, and at the root."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.fields import additions, field, listing
from zhibu_graphql.ids import read_id
from zhibu_graphql.paging import After, Below, Connection, First
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.agreements import TAG as SPACE
from zhibu_graphql.reading.organizations import OrganizationRecord
from zhibu_graphql.sql import rows_of
from zhibu_partnership.actions import OWN_TASK, READ_PLAN
from zhibu_partnership.plan.listing import PLANS, TASKS
from zhibu_partnership.plan.review import review_of
from zhibu_partnership.schema_plan_types import (
    LISTED,
    PartnershipPlan,
    PartnershipReview,
    PartnershipTask,
    TaskState,
)


@additions
class PlanFields:
    """What is added to Organization."""

    @listing(READ_PLAN, description="What its partnerships mean to do, the newest year first.")
    def partnership_plans(
        self,
        root: OrganizationRecord,
        first: First,
        after: After = None,
        below: Below = True,
        year: Annotated[int | None, strawberry.argument(description="Only of this year.")] = None,
    ) -> Connection[PartnershipPlan] | None:
        return rows_of(root, "below" if below else "at", PLANS, first, after, {"year": year})

    @listing(READ_PLAN, OWN_TASK, description="Its tasks of partnerships, by the day on which they are due.")
    def partnership_tasks(
        self,
        root: OrganizationRecord,
        first: First,
        after: After = None,
        below: Below = True,
        state: TaskState = None,
        due_by: Annotated[dt.date | None, strawberry.argument(description="Only due by this day.")] = None,
    ) -> Connection[PartnershipTask] | None:
        return rows_of(root, "below" if below else "at", TASKS, first, after, {"state": state, "due_by": due_by})


@additions
class PlanQuery:
    """The root fields of plans."""

    @field(
        READ_PLAN,
        description="A partnership in a year, with the records behind each result.",
        weight=10,
        computed=LISTED,
    )
    async def partnership_review(
        self,
        info: Info,
        agreement: Annotated[strawberry.ID, strawberry.argument(description="The agreement.")],
        year: Annotated[int, strawberry.argument(description="The year, within the agreement's term.")],
    ) -> PartnershipReview | None:
        async with info.context.turn() as session:
            space = read_id(agreement, SPACE) or uuid.UUID(int=0)
            return read_from(await review_of(session, info.context.scope, space, year))
