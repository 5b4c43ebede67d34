"""Facts as lists: in force, or with those that a correction or a withdrawal ended."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists

from zhibu_core.ledger.models import Fact, FactEnd
from zhibu_graphql.reading.belonging import belonging
from zhibu_graphql.reading.listing import Link, Listing, within
from zhibu_graphql.reading.members import PERSON
from zhibu_graphql.reading.organizations import O

TAG = "F"
FACT: Any = Fact.__table__
FACT_END: Any = FactEnd.__table__
F, E = FACT.alias("f"), FACT_END.alias("e")
OF_PERSON = PERSON.alias("of_person")


@dataclass(frozen=True, slots=True)
class FactRecord:
    """What resolvers of Fact get as `root`; `path` is its organization's place in the tree."""

    id: uuid.UUID
    kind: str
    organization_id: uuid.UUID
    path: str
    person_id: uuid.UUID | None
    happened_on: dt.date
    until_on: dt.date | None
    quantity: float | None
    mark: str | None
    group: str | None
    grade: str
    record_type: str
    record_id: uuid.UUID
    source: str
    written_at: dt.datetime


@dataclass(frozen=True, slots=True)
class FactEndRecord:
    """That a fact no longer holds, why and since when."""

    fact_id: uuid.UUID
    reason: str
    note: str
    ended_at: dt.datetime


IN_FORCE = ~exists().where(E.c.tenant_id == F.c.tenant_id, E.c.fact_id == F.c.id).correlate(F)

FACTS = belonging(
    F,
    FactRecord,
    name="facts",
    order=[F.c.happened_on, F.c.id],
    named={"group": F.c.grp},
    action="fact.read",
    descending=True,
    filters={
        "below": lambda path: within(O.c.path, path),
        "at": lambda key: F.c.organization_id == key,
        "kind": lambda kind: F.c.kind == kind,
        "person": lambda key: F.c.person_id == key,
        "source": lambda plugin: F.c.source == plugin,
        "record": lambda key: F.c.record_id == key,
        "period": lambda span: F.c.happened_on.between(span.start, span.end),
        "in_force": lambda _yes: IN_FORCE,
    },
    links={
        "person": Link(OF_PERSON, F.c.person_id == OF_PERSON.c.id),
    },
)

ENDS = Listing(
    name="ends of facts",
    record=FactEndRecord,
    columns={name: E.c[name] for name in FactEndRecord.__dataclass_fields__},
    source=E,
    tables=[E],
)
