"""Where joint activities are read in GraphQL: behind an organization, and at the root."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

from typing import Annotated

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.fields import additions, field, listing
from zhibu_graphql.paging import After, Below, Connection, First
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.organizations import OrganizationRecord
from zhibu_graphql.sql import rows_of
from zhibu_partnership.actions import READ_ACTIVITY
from zhibu_partnership.joint.listing import ACTIVITIES
from zhibu_partnership.joint.reading import invitations_for
from zhibu_partnership.plan.outcome import outcomes_of
from zhibu_partnership.schema_joint_types import ActivityInvitation, JointActivity, PartnershipOutcome

MOST_INVITATIONS, MOST_OUTCOMES = 20, 100


@additions
class JointFields:
    """What is added to Organization."""

    @listing(READ_ACTIVITY, description="What it holds together with organizations of other tenants, the latest first.")
    def joint_activities(
        self,
        root: OrganizationRecord,
        first: First,
        after: After = None,
        below: Below = True,
        state: Annotated[str | None, strawberry.argument(description="Only in this state.")] = None,
    ) -> Connection[JointActivity] | None:
        return rows_of(root, "below" if below else "at", ACTIVITIES, first, after, {"state": state})


@additions
class JointQuery:
    """The root fields of joint activities."""

    @field(
        READ_ACTIVITY,
        description="What came of each partnership, year by year.",
        weight=5,
        size=100,
        computed="records of several kinds are added up by partnership and year",
    )
    async def partnership_outcomes(self, info: Info) -> list[PartnershipOutcome] | None:
        async with info.context.turn() as session:
            found = await outcomes_of(session, info.context.scope)
        return read_from(found[:MOST_OUTCOMES])

    @field(
        READ_ACTIVITY,
        description="Invitations of other sides that wait for us, the newest first.",
        size=20,
        computed="what another side says is read out of its copy, by the types declared for it",
    )
    async def activity_invitations(self, info: Info) -> list[ActivityInvitation] | None:
        async with info.context.turn() as session:
            found = await invitations_for(session, info.context.scope)
        return read_from(found[:MOST_INVITATIONS])
