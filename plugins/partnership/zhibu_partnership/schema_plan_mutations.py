"""How plans and tasks are written in GraphQL: goals said and agreed to, tasks added, changed, finished, given up, taken up again."""

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
from zhibu_partnership.actions import OWN_TASK, WRITE_PLAN
from zhibu_partnership.joint.listing import TAG as ACTIVITY
from zhibu_partnership.plan.goals import set_goals, take_over
from zhibu_partnership.plan.listing import PLAN_TAG, PLANS, TASK_TAG, TASKS
from zhibu_partnership.plan.tasks import Deed, TaskDraft, add_task, change_task, drop_task, finish_task, reopen_task
from zhibu_partnership.plan.words import Goals
from zhibu_partnership.reading import TAG as ENTRY
from zhibu_partnership.schema_plan_types import PartnershipPlan, PartnershipTask

NOTHING = uuid.UUID(int=0)


@strawberry.input(description="What a year is for, and how much of it; nought is no goal.")
class PartnershipGoalsInput:
    aim: str = strawberry.field(default="", description="In at most 600 characters.")
    held: int = strawberry.field(default=0, description="Activities to hold.")
    people: int = strawberry.field(default=0, description="People who come, each time counted.")
    needs: int = strawberry.field(default=0, description="Needs to meet.")
    offers: int = strawberry.field(default=0, description="Resources to use.")


@strawberry.input(description="What is to be done, until when, and by whom of ours.")
class PartnershipTaskInput:
    title: str = strawberry.field(description="In at most 60 characters.")
    due_on: dt.date = strawberry.field(description="Within the agreement's term and the plan's year.")
    member: strawberry.ID = strawberry.field(description="Who of the organization does it.")

    def draft(self) -> TaskDraft:
        """The same as the services take it."""
        return TaskDraft(self.title, self.due_on, read_id(self.member, MEMBER) or NOTHING)


@strawberry.input(description="That a task is done, and what did it.")
class PartnershipDeedInput:
    done_on: dt.date = strawberry.field(description="The day, not after today.")
    note: str = strawberry.field(default="", description="What came of it, in at most 600 characters.")
    activity: strawberry.ID | None = strawberry.field(default=None, description="The joint activity that did it.")
    offer_or_need: strawberry.ID | None = strawberry.field(
        default=None, description="The offer that was used, or the need that was met."
    )

    def deed(self) -> Deed:
        """The same as the services take it."""
        activity, entry = self.activity, self.offer_or_need
        return Deed(
            self.done_on,
            self.note,
            None if activity is None else read_id(activity, ACTIVITY) or NOTHING,
            None if entry is None else read_id(entry, ENTRY) or NOTHING,
        )


@part(description="Our plan after the change.")
class PartnershipPlanPayload:
    plan: PartnershipPlan | None = plain("The plan; null where nothing was written.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


@part(description="Our task after the change.")
class PartnershipTaskPayload:
    task: PartnershipTask | None = plain("The task; null where nothing was written.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


Agreement = Annotated[strawberry.ID, strawberry.argument(description="The agreement.")]
Year = Annotated[int, strawberry.argument(description="The year, within the agreement's term.")]
Which = Annotated[strawberry.ID, strawberry.argument(description="Our task.")]
Given = Annotated[PartnershipTaskInput, strawberry.argument(name="input", description="What is to be done.")]


@additions
class PlanMutations:
    """The mutations of plans and tasks."""

    @mutation(WRITE_PLAN, description="Says for our side what a year is for; agreed once all sides say the same.")
    async def set_partnership_goals(
        self,
        info: Info,
        agreement: Agreement,
        year: Year,
        given: Annotated[PartnershipGoalsInput, strawberry.argument(name="input", description="The goals.")],
    ) -> PartnershipPlanPayload | None:
        context = info.context
        async with context.turn() as session:
            goals = Goals(given.aim, given.held, given.people, given.needs, given.offers)
            plan = await set_goals(context.platform, session, context.scope, _space(agreement), year, goals)
        return await _plan(info, plan.id)

    @mutation(WRITE_PLAN, description="Says what another side says, whereby we agree to it.")
    async def agree_to_partnership_goals(
        self,
        info: Info,
        agreement: Agreement,
        year: Year,
        side: Annotated[
            str, strawberry.argument(description="The side, by its tenant's slug, where there are several.")
        ] = "",
    ) -> PartnershipPlanPayload | None:
        context = info.context
        async with context.turn() as session:
            plan = await take_over(context.platform, session, context.scope, _space(agreement), year, side=side)
        return await _plan(info, plan.id)

    @mutation(WRITE_PLAN, description="Adds a task to our side of a plan.")
    async def add_partnership_task(
        self, info: Info, plan: Annotated[strawberry.ID, strawberry.argument(description="Our plan.")], given: Given
    ) -> PartnershipTaskPayload | None:
        context = info.context
        async with context.turn() as session:
            key = read_id(plan, PLAN_TAG) or NOTHING
            task = await add_task(context.platform, session, context.scope, key, given.draft())
        return await _task_of(info, task.id)

    @mutation(WRITE_PLAN, description="Changes an open task.")
    async def change_partnership_task(self, info: Info, task: Which, given: Given) -> PartnershipTaskPayload | None:
        context = info.context
        async with context.turn() as session:
            await change_task(context.platform, session, context.scope, _task(task), given.draft())
        return await _task_of(info, _task(task))

    @mutation(OWN_TASK, description="Notes that a task is done; who does it may say so too.")
    async def finish_partnership_task(
        self,
        info: Info,
        task: Which,
        given: Annotated[PartnershipDeedInput, strawberry.argument(name="input", description="What was done.")],
    ) -> PartnershipTaskPayload | None:
        context = info.context
        async with context.turn() as session:
            await finish_task(context.platform, session, context.scope, _task(task), given.deed())
        return await _task_of(info, _task(task))

    @mutation(WRITE_PLAN, description="Gives an open task up, with the reason, which stays here.")
    async def drop_partnership_task(
        self,
        info: Info,
        task: Which,
        reason: Annotated[str, strawberry.argument(description="Why, in at most 200 characters.")],
    ) -> PartnershipTaskPayload | None:
        context = info.context
        async with context.turn() as session:
            await drop_task(context.platform, session, context.scope, _task(task), reason)
        return await _task_of(info, _task(task))

    @mutation(WRITE_PLAN, description="Takes a closed task up again.")
    async def reopen_partnership_task(self, info: Info, task: Which) -> PartnershipTaskPayload | None:
        context = info.context
        async with context.turn() as session:
            await reopen_task(context.platform, session, context.scope, _task(task))
        return await _task_of(info, _task(task))


async def _plan(info: Info, key: uuid.UUID) -> PartnershipPlanPayload:
    info.context.forget()
    return PartnershipPlanPayload(plan=read_from(await find(info.context, PLANS, key)), errors=[])


async def _task_of(info: Info, key: uuid.UUID) -> PartnershipTaskPayload:
    info.context.forget()
    return PartnershipTaskPayload(task=read_from(await find(info.context, TASKS, key)), errors=[])


def _space(text: str) -> uuid.UUID:
    return read_id(text, SPACE) or NOTHING


def _task(text: str) -> uuid.UUID:
    found = read_id(text, TASK_TAG)
    if found is None:
        raise not_there(
            "task", Words("没有找到这项任务。请核对后重试。", "There is no such task. Check it and try again.")
        )
    return found
