"""Meetings as a list of the API: those that the asker may read, drafts and what is over for who records."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, any_, or_

from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.reading import held
from zhibu_graphql.reading.belonging import belonging
from zhibu_graphql.reading.organizations import O
from zhibu_orglife.actions import READ, READ_ROLL, RECORD
from zhibu_orglife.models import Meeting
from zhibu_orglife.reading import OPEN_STATES, private_to_none

TAG = "OM"
TABLE: Any = Meeting.__table__
M = TABLE.alias("om")


@dataclass(frozen=True, slots=True)
class MeetingRecord:
    """What resolvers of Meeting get as `root`; `path` is its organization's place in the tree."""

    id: uuid.UUID
    organization_id: uuid.UUID
    path: str
    group: str | None
    kinds: list[str]
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    held_on: dt.date
    place: str
    online: bool
    chair: str
    recorder: str
    topic: str
    points: str
    resolution: str
    attachments: int
    submitted_on: dt.date | None
    state: str
    version: int
    series_id: uuid.UUID
    reason: str
    approved_at: dt.datetime | None


def _seen(scope: Scope) -> ColumnElement[bool]:
    seen = or_(M.c.state.in_(OPEN_STATES), held(scope, RECORD, O.c.path))
    return and_(seen, or_(held(scope, READ_ROLL, O.c.path), private_to_none(M, scope)))


MEETINGS = belonging(
    M,
    MeetingRecord,
    name="meetings",
    order=[M.c.starts_at, M.c.id],
    named={"group": M.c.grp},
    action=READ,
    narrowed=_seen,
    descending=True,
    filters={
        "state": lambda state: M.c.state == state,
        "kind": lambda kind: any_(M.c.kinds) == kind,
        "period": lambda span: M.c.held_on.between(span.start, span.end),
    },
)
