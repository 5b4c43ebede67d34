"""Offers and needs as a list of the API: those that the asker may read, withdrawn and expired ones by their id only."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_

from zhibu_graphql.reading import Link, Listing
from zhibu_graphql.reading.organizations import BELOW, PARENT, O
from zhibu_partnership.actions import READ
from zhibu_partnership.models import Entry

TAG = "PE"
TABLE: Any = Entry.__table__
E = TABLE.alias("pe")


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """What resolvers of OfferOrNeed get as `root`: `path`, `organization` and `code` are its organization's."""

    id: uuid.UUID
    organization_id: uuid.UUID
    path: str
    organization: str
    code: str
    kind: str
    category: str
    title: str
    about: str
    place: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    capacity: int | None
    valid_until: dt.date
    said_at: dt.datetime
    withdrawn_on: dt.date | None


_OF_PLACE = {"path": O.c.path, "organization": O.c.name, "code": O.c.code}

ENTRIES = Listing(
    name="offers and needs",
    record=EntryRecord,
    columns={name: _OF_PLACE.get(name, E.c.get(name)) for name in EntryRecord.__dataclass_fields__},
    source=E.join(O, and_(O.c.tenant_id == E.c.tenant_id, O.c.id == E.c.organization_id)),
    tables=[E, O],
    order=[E.c.said_at, E.c.id],
    place=O.c.path,
    action=READ,
    descending=True,
    filters={
        "kind": lambda kind: E.c.kind == kind,
        "category": lambda category: E.c.category == category,
        "standing_on": lambda day: and_(E.c.withdrawn_on.is_(None), E.c.valid_until >= day, O.c.abolished_on.is_(None)),
    },
    links={"below": BELOW, "at": Link(PARENT, E.c.organization_id == PARENT.c.id)},
)
