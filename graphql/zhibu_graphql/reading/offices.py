"""Terms of office and positions of organizations: short lists, read whole."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_

from zhibu_core.organization.models import Position, Term
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.reading.listing import Link, Listing
from zhibu_graphql.reading.organizations import PARENT, O

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


TERMS = Listing(
    name="terms",
    record=TermRecord,
    columns={name: T.c[name] for name in TermRecord.__dataclass_fields__},
    source=T.join(O, and_(O.c.tenant_id == T.c.tenant_id, O.c.id == T.c.organization_id)),
    tables=[T, O],
    order=[T.c.starts_on, T.c.id],
    place=O.c.path,
    action="organization.read",
    descending=True,
    links={"at": Link(PARENT, T.c.organization_id == PARENT.c.id)},
)
OFFICES = Listing(
    name="positions",
    record=PositionRecord,
    columns={name: Q.c[name] for name in PositionRecord.__dataclass_fields__},
    source=Q.join(O, and_(O.c.tenant_id == Q.c.tenant_id, O.c.id == Q.c.organization_id)),
    tables=[Q, O],
    order=[Q.c.role, Q.c.id],
    place=O.c.path,
    action="member.read",
    filters={"today": lambda day: or_(Q.c.until.is_(None), Q.c.until >= day)},
    links={"at": Link(PARENT, Q.c.organization_id == PARENT.c.id)},
)


def today_only(scope: Scope) -> Mapping[str, Any]:
    """The filter of posts that are held on the asker's day."""
    return {"today": scope.today}
