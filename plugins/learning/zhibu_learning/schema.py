"""Learning in GraphQL: `Member.training`, what a person studied in a period, for a list of members at once."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from zhibu_core.periods import parse_period
from zhibu_graphql.context import Info
from zhibu_graphql.fields import additions, field, part, plain
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.members import MemberRecord
from zhibu_learning.overview import RequiredCourse, TrainingEntry, TrainingOverview, trainings_of
from zhibu_learning.places import READ, READ_OWN

USUAL_ENTRIES, USUAL_COURSES = 20, 5
PeriodText = Annotated[
    str, strawberry.argument(description="Such as 2026, 2026H1, 2026Q2, 2026-05, 2026-01-01/2026-10-31.")
]


@part(description="One entry of study.")
class TrainingRecord:
    counted: bool = plain("Whether it counts as organized training.")

    @field(description="The day.")
    def day(self, root: TrainingEntry) -> dt.date:
        return root.training.day

    @field(description="Study hours as recorded.")
    def hours(self, root: TrainingEntry) -> float:
        return root.training.hours

    @field(description="session, certificate, online or self_study.")
    def form(self, root: TrainingEntry) -> str:
        return root.training.form

    @field(description="What it was about.")
    def category(self, root: TrainingEntry) -> str:
        return root.training.category

    @field(description="Who organized it.")
    def organiser(self, root: TrainingEntry) -> str:
        return root.training.organiser

    @field(description="The code of the course; empty where there was none.")
    def course(self, root: TrainingEntry) -> str:
        return root.training.course

    @field(description="Whether the branch vouches for it.")
    def confirmed(self, root: TrainingEntry) -> bool:
        return root.training.confirmed


@part(description="A course that is required of the person in the period.")
class CourseRequired:
    done_on: dt.date | None = plain("The first day on which it was completed.")

    @field(description="Its code.")
    def code(self, root: RequiredCourse) -> str:
        return root.course.code

    @field(description="Its name.")
    def name(self, root: RequiredCourse) -> str:
        return root.course.name

    @field(description="Until when.")
    def deadline(self, root: RequiredCourse) -> dt.date | None:
        return root.course.deadline


@part(description="What a person studied in a period.")
class Training:
    entries: list[TrainingRecord] = plain("The entries, in order of time.", size=USUAL_ENTRIES)
    courses: list[CourseRequired] = plain("The courses required in the period.", size=USUAL_COURSES)

    @field(description="Hours that count; null where no rule asks for hours.")
    def hours(self, root: TrainingOverview) -> float | None:
        return float(root.hours.hours) if root.hours else None

    @field(description="Hours that are asked for in the period; null where no rule asks for hours.")
    def target(self, root: TrainingOverview) -> float | None:
        return float(root.hours.target) if root.hours else None


@additions
class MemberFields:
    """What is added to Member."""

    @field(
        READ,
        READ_OWN,
        description="What the person studied in a period; of others only for who may read it.",
        computed="what counts, how many hours are asked for and which courses follow from the rules in force",
    )
    async def training(self, root: MemberRecord, info: Info, period: PeriodText) -> Training | None:
        context, asked = info.context, parse_period(period)
        own = context.scope.actor is not None and context.scope.actor.person_id == root.id
        if not own or not context.scope.may(READ_OWN):
            context.scope.require(READ, root.path)

        async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, TrainingOverview]:
            async with context.turn() as session:
                return await trainings_of(session, keys, asked)

        return read_from(await context.load(("learning.training", asked), root.id, fetch))
