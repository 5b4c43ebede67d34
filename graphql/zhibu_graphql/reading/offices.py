"""Terms of office and positions of organizations: short lists, read whole."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_

from zhibu_core.organization.models import Position, Term
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.reading.belonging import belonging

TERM: Any = Term.__table__
POSITION: Any = Position.__table__
T, Q = TERM.alias("t"), POSITION.alias("q")


@dataclass(frozen=True, slots=True)
class TermRecord:
    """One term of office."""

    id: uuid.UUID
    organization_id: uuid.UUID
    number: int | None
    starts_on: dt.date
    ends_on: dt.date
    last_election_on: dt.date | None


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """One post that somebody holds."""

    id: uuid.UUID
    organization_id: uuid.UUID
    person_id: uuid.UUID
    role: str
    since: dt.date | None
    until: dt.date | None


TERMS = belonging(
    T,
    TermRecord,
    name="terms",
    order=[T.c.starts_on, T.c.id],
    action="organization.read",
    descending=True,
)
OFFICES = belonging(
    Q,
    PositionRecord,
    name="positions",
    order=[Q.c.role, Q.c.id],
    action="member.read",
    filters={"today": lambda day: or_(Q.c.until.is_(None), Q.c.until >= day)},
)


def today_only(scope: Scope) -> Mapping[str, Any]:
    """The filter of posts that are held on the asker's day."""
    return {"today": scope.today}
