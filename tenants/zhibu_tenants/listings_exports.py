"""Exports as lists of the API: for who asked for them and for who decides on them, with a file for each recipient."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, true

from zhibu_core.exports.form import APPROVE
from zhibu_core.exports.models import ExportRecipient
from zhibu_core.exports.reading import READ
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.reading import Link, Listing, held
from zhibu_graphql.reading.exports import ASKER, DECIDER, EXPORT, NAMED, E
from zhibu_graphql.sql import Opened, Opening

X = EXPORT.alias("export_of")
R = ExportRecipient.__table__.alias("er")


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """What resolvers of ExportEntry get as `root`."""

    id: uuid.UUID
    number: str
    state: str
    kind: str
    place: str
    purpose: str
    person_count: int
    asked_by_name: str | None
    decided_by_name: str | None
    reason: str | None
    expires_on: dt.date


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What resolvers of ExportFile get as `root`."""

    id: uuid.UUID
    export_id: uuid.UUID
    recipient: str
    file_id: uuid.UUID | None


def _decides(scope: Scope) -> ColumnElement[bool]:
    """That the asker may approve at every place that the export's rows come from (`exports.reading.may_see`)."""
    place = func.unnest(E.c.paths).column_valued("place")
    allowed = held(scope, APPROVE, place.collate("C"))
    if scope.paths(APPROVE) == ("",):
        return func.cardinality(E.c.paths) > 0
    elsewhere = select(place).where(not_(allowed)).correlate(E).exists()
    return and_(func.cardinality(E.c.paths) > 0, not_(elsewhere))


def _seen(scope: Scope) -> ColumnElement[bool]:
    if scope.paths(READ) == ("",):
        return true()
    return or_(E.c.asked_by == scope.person(), _decides(scope))


def mine(scope: Scope) -> Mapping[str, Any]:
    """The filter of those that one has asked for."""
    return {"asked_by": scope.person()}


def waiting(scope: Scope) -> Mapping[str, Any]:
    """The filter of others' exports that wait for the asker's word."""
    return {"waiting": scope}


def _waits(scope: Scope) -> ColumnElement[bool]:
    waits = and_(E.c.state == "waiting", E.c.expires_on >= scope.today)
    return and_(waits, E.c.asked_by.is_distinct_from(scope.person()), _decides(scope))


_NAMES = {"asked_by_name": ASKER.c.name, "decided_by_name": DECIDER.c.name}

ENTRIES = Listing(
    name="exports to decide on",
    record=EntryRecord,
    columns={name: _NAMES[name] if name in _NAMES else E.c[name] for name in EntryRecord.__dataclass_fields__},
    source=NAMED,
    tables=[E],
    order=[E.c.id],
    narrowed=_seen,
    filters={"asked_by": lambda person: E.c.asked_by == person, "waiting": _waits},
    descending=True,
)

FILES = Listing(
    name="files of exports",
    record=FileRecord,
    columns={name: R.c["name" if name == "recipient" else name] for name in FileRecord.__dataclass_fields__},
    source=R,
    tables=[R],
    order=[R.c.place, R.c.id],
    links={"of": Link(X, R.c.export_id == X.c.id)},
)


def _path(opening: Opening, values: tuple[str, ...]) -> str:
    export, recipient, _file = values
    return f"{opening.prefix}/exchange/exports/{export}/files/{recipient}"


PATH = Opened((R.c.export_id, R.c.id, R.c.file_id), _path, ("export_id", "id", "file_id"))
