"""Offers and needs as a list of the API: those that the asker may read, withdrawn and expired ones by their id only."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_

from zhibu_graphql.reading.belonging import belonging
from zhibu_graphql.reading.organizations import O
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


ENTRIES = belonging(
    E,
    EntryRecord,
    name="offers and needs",
    order=[E.c.said_at, E.c.id],
    named={"organization": O.c.name, "code": O.c.code},
    action=READ,
    descending=True,
    filters={
        "kind": lambda kind: E.c.kind == kind,
        "category": lambda category: E.c.category == category,
        "standing_on": lambda day: and_(E.c.withdrawn_on.is_(None), E.c.valid_until >= day, O.c.abolished_on.is_(None)),
    },
)
