"""The portrait in GraphQL: `Organization.portrait`, the numbers of `zhibu score`, for a list of branches at once."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import uuid
from typing import Annotated

import strawberry

from zhibu_capability.actions import READ
from zhibu_capability.index import Index
from zhibu_capability.portrait import portraits
from zhibu_capability.score import BranchScore
from zhibu_core.periods import parse_period
from zhibu_graphql.context import Info
from zhibu_graphql.fields import additions, field, part, plain
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.organizations import OrganizationRecord

COST = 10
PeriodText = Annotated[
    str, strawberry.argument(description="Such as 2026, 2026H1, 2026Q2, 2026-05, 2026-01-01/2026-10-31.")
]


@part(description="An index in one form, 0 to 100; null where there is no score.")
class PortraitIndex:
    raw: float | None = plain("Before small branches are moved towards the median of their type.")
    median: float | None = plain("The median of the unshrunk indexes of the type.")
    shrunk: float | None = plain("After that, before a veto.")
    band: str | None = plain("good, fairly_good, average or poor.")
    comparable: bool = plain("Whether the branch has enough members to be compared at all.")

    @field(description="The result, capped where there is a veto.")
    def index(self, root: Index) -> float | None:
        return root.score


@part(description="What the ledger says of a branch in a period: of the organization, never of persons.")
class Portrait:
    veto: list[str] = plain("What caps the index, such as `term_overdue_1y`.", size=3)
    strict: PortraitIndex = plain("With part B in the strict form, which counts.")
    open: PortraitIndex = plain("With part B in the open form.")

    @field(description="Members in scope.")
    def n(self, root: BranchScore) -> int:
        return root.inputs.n

    @field(description="Part A, activity participation, 0 to 100.")
    def a(self, root: BranchScore) -> float | None:
        return root.parts.a

    @field(description="Part B, learning completion in the open form, 0 to 100.")
    def b(self, root: BranchScore) -> float | None:
        return root.parts.b

    @field(description="Part B in the strict form, 0 to 100.")
    def b_strict(self, root: BranchScore) -> float | None:
        return root.parts.b_strict

    @field(description="Part C, organizational vitality, 0 to 100.")
    def c(self, root: BranchScore) -> float | None:
        return root.parts.c

    @field(description="How far the records carry the figures, 0 to 100.")
    def confidence(self, root: BranchScore) -> float:
        return root.parts.confidence


@additions
class OrganizationFields:
    """What is added to Organization."""

    @field(
        READ,
        description="The portrait of a branch in a period; null for what is no branch.",
        weight=COST,
        computed="a branch is scored by the rules in force, and compared with all branches of its type",
    )
    async def portrait(self, root: OrganizationRecord, info: Info, period: PeriodText) -> Portrait | None:
        context, asked = info.context, parse_period(period)

        async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, BranchScore]:
            async with context.turn() as session:
                found = await portraits(session, context.scope, context.platform, keys, asked)
            return {key: one.score for key, one in found.items()}

        return read_from(await context.load(("capability.portrait", asked), root.id, fetch))
