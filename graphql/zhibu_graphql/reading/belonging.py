"""Lists of what belongs to an organization each: read where it stands, and found below the organizations above it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_

from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.reading.listing import Link, Listing
from zhibu_graphql.reading.organizations import BELOW, PARENT, O

R = TypeVar("R")


def belonging(
    table: Any,
    record: type[R],
    *,
    name: str,
    order: Sequence[Any],
    action: str,
    named: Mapping[str, Any] | None = None,
    own: tuple[str, Any] | None = None,
    always: Sequence[ColumnElement[bool]] = (),
    filters: Mapping[str, Callable[[Any], ColumnElement[bool]]] | None = None,
    links: Mapping[str, Link] | None = None,
    narrowed: Callable[[Scope], ColumnElement[bool]] | None = None,
    descending: bool = False,
) -> Listing[R]:
    """The rows of an alias with `organization_id`, as a `Listing`: its place is that organization's, `O`.

    The record's fields are columns of the table; `path` is the place, and `named` says those that are called or found
    otherwise. Beside `links` to other parents an organization has them by `at`, and those of its whole subtree by `below`.
    """
    found = {"path": O.c.path, **(named or {})}
    fields = getattr(record, "__dataclass_fields__", {})
    return Listing(
        name=name,
        record=record,
        columns={field: found[field] if field in found else table.c[field] for field in fields},
        source=table.join(O, and_(O.c.tenant_id == table.c.tenant_id, O.c.id == table.c.organization_id)),
        tables=[table, O],
        order=order,
        place=O.c.path,
        action=action,
        own=own,
        always=always,
        filters=filters or {},
        links={"below": BELOW, "at": Link(PARENT, table.c.organization_id == PARENT.c.id), **(links or {})},
        narrowed=narrowed,
        descending=descending,
    )
