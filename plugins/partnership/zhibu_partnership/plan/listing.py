"""Plans and tasks as lists of the API: ours, those that the asker may read; a task also by who does it."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from zhibu_graphql.reading import Link
from zhibu_graphql.reading.belonging import belonging
from zhibu_partnership.actions import OWN_TASK, READ_PLAN
from zhibu_partnership.models import Plan, Task

PLAN_TAG, TASK_TAG = "PP", "PW"
PLAN_TABLE: Any = Plan.__table__
TASK_TABLE: Any = Task.__table__
P = PLAN_TABLE.alias("pp")
T = TASK_TABLE.alias("pt")
PARENT_PLAN = PLAN_TABLE.alias("parent_plan")


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """What resolvers of PartnershipPlan get as `root`; `path` is its organization's place in the tree."""

    id: uuid.UUID
    organization_id: uuid.UUID
    path: str
    space_id: uuid.UUID
    year: int
    aim: str
    held: int
    people: int
    needs: int
    offers: int
    agreed: dict[str, Any] | None
    agreed_on: dt.date | None


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """What resolvers of PartnershipTask get as `root`; `path` is its organization's place in the tree."""

    id: uuid.UUID
    organization_id: uuid.UUID
    path: str
    plan_id: uuid.UUID
    person_id: uuid.UUID | None
    title: str
    due_on: dt.date
    state: str
    done_on: dt.date | None
    note: str
    reason: str
    activity_id: uuid.UUID | None
    entry_id: uuid.UUID | None


PLANS = belonging(
    P,
    PlanRecord,
    name="plans of partnerships",
    order=[P.c.year, P.c.id],
    action=READ_PLAN,
    descending=True,
    filters={"year": lambda year: P.c.year == year},
)
TASKS = belonging(
    T,
    TaskRecord,
    name="tasks of partnerships",
    order=[T.c.due_on, T.c.id],
    action=READ_PLAN,
    own=(OWN_TASK, T.c.person_id),
    filters={"state": lambda state: T.c.state == state, "due_by": lambda day: T.c.due_on <= day},
    links={
        "plan": Link(PARENT_PLAN, T.c.plan_id == PARENT_PLAN.c.id),
    },
)
