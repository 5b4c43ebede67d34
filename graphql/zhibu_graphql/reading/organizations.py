"""Organizations as lists: as they stand today, and as they stood on a day."""

import datetime as dt
import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, func, or_, select, true

from zhibu_core.errors import NotFound
from zhibu_core.organization.models import Organization, OrganizationPlacement
from zhibu_core.words import Words
from zhibu_graphql.context import Context
from zhibu_graphql.ids import read_id
from zhibu_graphql.reading.listing import Link, Listing, within
from zhibu_graphql.reading.pages import find
from zhibu_graphql.sql import Required, key_of

TAG = "O"
TABLE: Any = Organization.__table__
PLACEMENT: Any = OrganizationPlacement.__table__


@dataclass(frozen=True, slots=True)
class OrganizationRecord:
    """What resolvers of Organization get as `root`; `path` is its place in the tree today."""

    id: uuid.UUID
    code: str
    name: str
    short_name: str
    kind: str
    parent_id: uuid.UUID | None
    path: str
    founded_on: dt.date | None
    abolished_on: dt.date | None
    has_committee: bool
    unit: str
    type: str


O = TABLE.alias("o")  # noqa: E741 the alias that every statement of the ledger uses
PARENT = TABLE.alias("parent")
BELOW = Link(PARENT, and_(O.c.path >= PARENT.c.path, O.c.path < func.left(PARENT.c.path, -1).concat("0")))
"""How rows of an organization `o` hang on all organizations above it, and on their own."""

COLUMNS = {name: O.c[name] for name in OrganizationRecord.__dataclass_fields__}
FILTERS = {
    "kind": lambda kind: O.c.kind == kind,
    "type": lambda name: O.c.type == name,
    "starts": lambda text: or_(
        func.starts_with(O.c.name, text), func.starts_with(O.c.short_name, text), func.starts_with(O.c.code, text)
    ),
    "code": lambda code: O.c.code == code,
    "standing": lambda yes: O.c.abolished_on.is_(None) if yes else O.c.abolished_on.is_not(None),
}

ORGANIZATIONS = Listing(
    name="organizations",
    record=OrganizationRecord,
    columns=COLUMNS,
    source=O,
    tables=[O],
    order=[O.c.path],
    place=O.c.path,
    action="organization.read",
    filters=FILTERS | {"below": lambda path: within(O.c.path, path), "at": lambda key: O.c.id == key},
    links={"children": Link(PARENT, O.c.parent_id == PARENT.c.id)},
)


@lru_cache(maxsize=64)
def organizations_on(day: Any) -> Listing[OrganizationRecord]:
    """Those that stood on a day, under the parents of that day; who may read them follows from where they stand today."""
    q = PLACEMENT.alias("q")
    latest = (
        select(q.c.parent_id, q.c.path)
        .where(q.c.tenant_id == O.c.tenant_id, q.c.organization_id == O.c.id, q.c.since <= day)
        .order_by(q.c.since.desc())
        .limit(1)
        .correlate(O)
        .lateral("then")
    )
    stood = (
        or_(O.c.founded_on.is_(None), O.c.founded_on <= day),
        or_(O.c.abolished_on.is_(None), O.c.abolished_on > day),
    )
    return Listing(
        name=f"organizations {day}",
        record=OrganizationRecord,
        columns=COLUMNS | {"parent_id": latest.c.parent_id},
        source=O.join(latest, true()),
        tables=[O],
        order=[latest.c.path],
        place=O.c.path,
        action="organization.read",
        always=stood,
        filters=FILTERS | {"below": lambda path: within(latest.c.path, path), "at": lambda key: O.c.id == key},
        links={"children": Link(PARENT, latest.c.parent_id == PARENT.c.id)},
    )


@dataclass(frozen=True, slots=True)
class PlacedRecord:
    """Where an organization stood on a day: a place below which nothing is where it did not stand."""

    id: uuid.UUID
    path_then: str


@lru_cache(maxsize=64)
def placed_on(day: Any) -> Listing[PlacedRecord]:
    """All organizations that may be read today, with where they stood on a day."""
    q = PLACEMENT.alias("q")
    then = (
        select(q.c.path)
        .where(q.c.tenant_id == O.c.tenant_id, q.c.organization_id == O.c.id, q.c.since <= day)
        .order_by(q.c.since.desc())
        .limit(1)
        .correlate(O)
        .scalar_subquery()
    )
    return Listing(
        name=f"places {day}",
        record=PlacedRecord,
        columns={"id": O.c.id, "path_then": func.coalesce(then, "-")},
        source=O,
        tables=[O],
        place=O.c.path,
        action="organization.read",
    )


def place_filter(organization: Any, below: bool, day: Any = None) -> dict[str, Any]:
    """The filter of a list by `organization` and `below`, as the tree stood on a day; refused for one that may not be read."""
    if organization is None:
        return {}
    attribute = "id" if not below else "path" if day is None else "path_then"
    listing = ORGANIZATIONS if day is None else placed_on(day)
    required = Required(listing, key_of(organization, TAG), attribute, _unknown)
    return {"below": required} if below else {"at": required}


async def required_organization(context: Context, text: str) -> OrganizationRecord:
    """The organization of an id; raises `NotFound` alike for a foreign, an unknown and an unreadable one."""
    found = await find(context, ORGANIZATIONS, read_id(text, TAG))
    if found is None:
        raise _unknown()
    return found


def _unknown() -> NotFound:
    return NotFound(
        "organization_unknown",
        Words("没有找到这个组织。请核对后重试。", "There is no such organization. Check it and try again."),
        field="organization",
    )
