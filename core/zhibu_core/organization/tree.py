"""The tree: paths, subtrees, ancestors, and the tree as it stood on a day (performance.md, Tenancy)."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, cast

from sqlalchemy import Boolean, Row, Table, and_, literal_column, or_, select, text, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.organization.kinds import may_stand_below
from zhibu_core.organization.models import Organization, OrganizationPlacement
from zhibu_core.tallies.moving import move_tallies
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words

SEPARATOR = "/"
AFTER_SEPARATOR = "0"
"""The character after the separator in the C collation: bounds a subtree from above."""


def label_of(code: str) -> str:
    """An organization's part of a path: its code, ended by the separator."""
    return code.replace(SEPARATOR, "-") + SEPARATOR


def bounds(path: str) -> tuple[str, str]:
    """The half-open range of paths of a subtree, its root included; of "" the whole tree."""
    return (path, path[:-1] + AFTER_SEPARATOR) if path else ("", "\U0010ffff")


def is_top(path: str) -> bool:
    """Whether it is the path of a root."""
    return path.count(SEPARATOR) == 1


NO_ROW: ColumnElement[bool] = literal_column("false", Boolean)
"""True of no row; SQLAlchemy's own `false()` would swallow the tenant's predicate beside it."""


def in_subtrees(path: Any, paths: Collection[str]) -> ColumnElement[bool]:
    """That the column `path` lies in one of these subtrees; true of no row where there are none."""
    if "" in paths:
        return true()
    ranges = [bounds(each) for each in paths]
    return or_(*(and_(path >= low, path < high) for low, high in ranges)) if ranges else NO_ROW


_ANCESTORS = text(
    """select o.id, o.code, o.name, o.short_name, o.kind, o.path from organization o
    where o.tenant_id = :t and o.path = any(:paths) order by o.path"""
)
_AS_OF = text(
    """select o.id, o.code, o.name, o.kind, p.parent_id, p.path from organization o
    join lateral (select q.parent_id, q.path from organization_placement q where q.tenant_id = o.tenant_id
      and q.organization_id = o.id and q.since <= :day order by q.since desc limit 1) p on true
    where o.tenant_id = :t and (o.founded_on is null or o.founded_on <= :day)
      and (o.abolished_on is null or o.abolished_on > :day) and p.path >= :low and p.path < :high order by p.path"""
)


async def ancestors(session: AsyncSession, path: str) -> Sequence[Row[tuple[uuid.UUID, str, str, str, str, str]]]:
    """The organizations above a path and the one at it, from the top: id, code, name, short_name, kind, path."""
    parts = path.split(SEPARATOR)[:-1]
    paths = [SEPARATOR.join(parts[: n + 1]) + SEPARATOR for n in range(len(parts))]
    return (await session.execute(_ANCESTORS, {"t": tenant_of(session), "paths": paths})).all()


async def tree_as_of(session: AsyncSession, day: dt.date, path: str = "") -> Sequence[Row[tuple[object, ...]]]:
    """The organizations that stood on a day in the subtree of `path` as it was then: id, code, name, kind, parent_id, path."""
    low, high = bounds(path)
    return (await session.execute(_AS_OF, {"t": tenant_of(session), "day": day, "low": low, "high": high})).all()


_REPATH = text(
    """update organization set path = case when id = :moved then path else :new || substr(path, :length) end
    where tenant_id = :t and (id = :moved or (path >= :low and path < :high)) returning id, parent_id, path"""
)


async def move(session: AsyncSession, organization: Organization, parent: Organization, on: dt.date) -> None:
    """Moves an organization with all below it under another parent, from a day on; five statements for any number.

    Raises `InvalidInput` where the parent stands below it, may not hold its kind, or is abolished.
    """
    if parent.path.startswith(organization.path):
        raise InvalidInput(
            "parent_cycle",
            Words(
                f"不能把“{organization.name}”移到它自己的下级“{parent.name}”之下。",
                f"“{organization.name}” cannot be moved below “{parent.name}”, which is below it.",
            ),
            field="parent",
        )
    if parent.abolished_on is not None:
        raise InvalidInput(
            "parent_abolished",
            Words(f"“{parent.name}”已撤销，不能作为上级。", f"“{parent.name}” is abolished and cannot be a parent."),
            field="parent",
        )
    if not may_stand_below(organization.kind, parent.kind):
        raise InvalidInput(
            "parent_kind",
            Words(
                f"这类组织不能设在“{parent.name}”之下。请选择合适的上级。",
                f"An organization of this kind cannot stand below “{parent.name}”. Choose another parent.",
            ),
            field="parent",
        )
    old, new = organization.path, parent.path + label_of(organization.code)
    organization.parent_id = parent.id
    organization.path = new
    await session.flush()
    await follow_move(session, organization.id, old, new, on)


async def follow_move(session: AsyncSession, moved: uuid.UUID, old: str, new: str, on: dt.date) -> None:
    """Gives everything below an organization that has moved from path `old` to `new` its new path, and notes where it
    and they stand from that day on; four statements for any number.
    """
    low, high = bounds(old)
    values = {"t": tenant_of(session), "new": new, "length": len(old) + 1, "low": low, "high": high, "moved": moved}
    rows = (await session.execute(_REPATH, values)).all()
    placed = [
        {"id": new_id(), "organization_id": row.id, "parent_id": row.parent_id, "path": row.path, "since": on}
        for row in rows
    ]
    await insert_rows(
        session, cast("Table", OrganizationPlacement.__table__), placed,
        on_conflict="on conflict (tenant_id, organization_id, since) do update set parent_id = excluded.parent_id, path = excluded.path",
    )  # fmt: skip
    await move_tallies(session, [row.id for row in rows])


async def by_code(session: AsyncSession, code: str) -> Organization:
    """The organization of this code; raises `NotFound`."""
    found = await session.scalar(select(Organization).where(Organization.code == code))
    if found is None:
        raise not_found(Words("组织代码", "organization with the code"), code)
    return found
