"""Notes as a list for GraphQL: its columns, its order, where a note stands, and who may read it."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_

from zhibu_example.models import Note
from zhibu_example.permissions import READ
from zhibu_graphql.reading.listing import Link, Listing
from zhibu_graphql.reading.organizations import PARENT, O

TABLE: Any = Note.__table__
N = TABLE.alias("n")


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """What resolvers of ReadingNote get as `root`; `path` is where its organization stands."""

    id: uuid.UUID
    organization_id: uuid.UUID
    path: str
    read_on: dt.date
    book: str
    thought: str


NOTES = Listing(
    name="example notes",
    record=NoteRecord,
    columns={name: O.c.path if name == "path" else N.c[name] for name in NoteRecord.__dataclass_fields__},
    source=N.join(O, and_(O.c.tenant_id == N.c.tenant_id, O.c.id == N.c.organization_id)),
    tables=[N, O],
    order=[N.c.read_on, N.c.id],
    place=O.c.path,
    action=READ,
    always=[N.c.withdrawn_on.is_(None)],
    links={"at": Link(PARENT, N.c.organization_id == PARENT.c.id)},
    descending=True,
)
