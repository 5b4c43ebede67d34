"""Notes as a list for GraphQL: its columns, its order, where a note stands, and who may read it."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from zhibu_example.models import Note
from zhibu_example.permissions import READ
from zhibu_graphql.reading.belonging import belonging

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


NOTES = belonging(
    N,
    NoteRecord,
    name="example notes",
    order=[N.c.read_on, N.c.id],
    action=READ,
    always=[N.c.withdrawn_on.is_(None)],
    descending=True,
)
