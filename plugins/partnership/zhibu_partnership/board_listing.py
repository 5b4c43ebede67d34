"""The board as a list of the API: a global table that every tenant reads, so no row of it is a tenant's own."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, all_, cast, func, select

from zhibu_core.spaces.board import LISTED, BoardLine, Posted
from zhibu_core.tenancy.directory import GlobalTenant
from zhibu_graphql.reading import Listing
from zhibu_graphql.sql import Made, OfAsker

TABLE: Any = BoardLine.__table__
TENANT: Any = GlobalTenant.__table__
L = TABLE.alias("bl")

OWN = OfAsker(lambda scope: scope.tenant.id)
"""The filter of the own tenant's lines."""

IS_LISTED = Made(
    """select coalesce((select (s.value ->> 'value')::boolean from tenant_setting s
      where s.tenant_id = :t and s.key = :listed), false) as value""",
    (),
    {"listed": ("text", lambda _scope: LISTED)},
)


@dataclass(frozen=True, slots=True)
class BoardRecord:
    """What resolvers of BoardEntry get as `root`; `tenant` is its name."""

    id: uuid.UUID
    key: str
    tenant: str
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


def record_of(posted: Posted) -> BoardRecord:
    """A line that was found otherwise."""
    names = [name for name in BoardRecord.__dataclass_fields__ if name not in ("key", "tenant")]
    line = {name: getattr(posted.line, name) for name in names}
    return BoardRecord(key=f"{posted.slug}/{posted.line.id}", tenant=posted.tenant, **line)


def _of_tenant(column: str) -> Any:
    named = TENANT.alias("said_by")
    return select(named.c[column]).where(named.c.id == L.c.tenant).correlate(L).scalar_subquery()


_OPEN = L.c.tenant != all_(func.array(select(TENANT.c.id).where(TENANT.c.state != "open").scalar_subquery()))
_NAMED = {"key": _of_tenant("slug").concat("/").concat(cast(L.c.id, Text)), "tenant": _of_tenant("name")}

LINES = Listing(
    name="board",
    record=BoardRecord,
    columns={name: _NAMED[name] if name in _NAMED else L.c[name] for name in BoardRecord.__dataclass_fields__},
    source=L,
    tables=[],
    order=[L.c.said_at, L.c.id],
    always=[_OPEN],
    filters={
        "standing_on": lambda day: L.c.valid_until >= day,
        "kind": lambda kind: L.c.kind == kind,
        "category": lambda category: L.c.category == category,
        "near": lambda key: func.strpos(L.c.place_key, key) > 0,
        "of": lambda tenant: L.c.tenant == tenant,
    },
    descending=True,
)
