"""Joint activities as a list of the API: our records, those that the asker may read."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from zhibu_graphql.reading.belonging import belonging
from zhibu_partnership.actions import READ_ACTIVITY
from zhibu_partnership.models import Activity

TAG = "PA"
TABLE: Any = Activity.__table__
A = TABLE.alias("pa")


@dataclass(frozen=True, slots=True)
class ActivityRecord:
    """What resolvers of JointActivity get as `root`; `path` is its organization's place in the tree."""

    id: uuid.UUID
    organization_id: uuid.UUID
    path: str
    space_id: uuid.UUID
    series: uuid.UUID
    is_host: bool
    state: str
    title: str
    kinds: list[str]
    held_on: dt.date
    starts_at: str
    ends_at: str
    place: str
    summary: str
    people: int
    reason: str
    confirmed_at: dt.datetime | None
    confirmed_by: str | None
    settled_on: dt.date | None


ACTIVITIES = belonging(
    A,
    ActivityRecord,
    name="joint activities",
    order=[A.c.held_on, A.c.id],
    action=READ_ACTIVITY,
    descending=True,
    filters={"state": lambda state: A.c.state == state},
)
