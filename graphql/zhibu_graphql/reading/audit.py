"""Audit rows as lists: all of the tenant for its auditor, and what others did to or saw of the asker's own record."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, and_, case, literal

from zhibu_core.audit import AuditEntry
from zhibu_core.errors import InvalidInput
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_graphql.reading.listing import Listing
from zhibu_graphql.reading.members import PERSON

ENTRY: Any = AuditEntry.__table__
A, ACTOR = ENTRY.alias("a"), PERSON.alias("actor")
WHOLE_TENANT = literal("", Text())
"""Where audit rows stand in the tree: at its top, so that the action must be held for the whole tenant."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What resolvers of AuditEntry get as `root`."""

    id: uuid.UUID
    at: dt.datetime
    actor_id: uuid.UUID | None
    actor_name: str | None
    action: str
    object_type: str
    object_id: uuid.UUID | None
    fields: list[str]
    purpose: str | None
    client: str
    person_id: uuid.UUID | None
    organization_id: uuid.UUID | None


def _object_of(kind: str) -> Any:
    return case((A.c.object_type == kind, A.c.object_id))


_OF = {"actor_name": ACTOR.c.name, "person_id": _object_of("person"), "organization_id": _object_of("organization")}
COLUMNS = {name: _OF[name] if name in _OF else A.c[name] for name in AuditRecord.__dataclass_fields__}


def _of_me(scope: Scope) -> Any:
    return and_(
        A.c.object_type == "person",
        A.c.object_id == scope.person(),
        A.c.actor_id.is_distinct_from(scope.person()),
    )


def _listing(name: str, action: str, **more: Any) -> Listing[AuditRecord]:
    return Listing(
        name=name,
        record=AuditRecord,
        columns=COLUMNS,
        source=A.outerjoin(ACTOR, and_(ACTOR.c.tenant_id == A.c.tenant_id, ACTOR.c.id == A.c.actor_id)),
        tables=[A],
        order=[A.c.at, A.c.id],
        place=WHOLE_TENANT,
        action=action,
        descending=True,
        filters={
            "action": lambda key: A.c.action == key,
            "actor": lambda key: A.c.actor_id == key,
            "object": lambda key: A.c.object_id == key,
            "since": lambda instant: A.c.at >= instant,
            "until": lambda instant: A.c.at < instant,
        },
        **more,
    )


ENTRIES = _listing("audit entries", "audit.read")
ACCESSES = _listing("accesses", "audit.read_own", own=("audit.read_own", A.c.object_id), narrowed=_of_me)


def read_key(given: str) -> uuid.UUID:
    """An object's key as entries give it; raises `InvalidInput`."""
    try:
        return uuid.UUID(given)
    except ValueError:
        raise InvalidInput(
            "object",
            Words(
                "对象编号无效。请使用审计记录给出的 objectId。",
                "The object's key is not valid. Use the objectId that an entry gave.",
            ),
            field="objectId",
        ) from None


def zoned(field: str) -> Callable[[dt.datetime], dt.datetime]:
    """Takes an instant given in a field; raises `InvalidInput` where it says no zone."""

    def take(instant: dt.datetime) -> dt.datetime:
        if instant.tzinfo is None:
            raise InvalidInput(
                "instant",
                Words("请写明时区，例如 2026-10-31T08:00:00+08:00。", "Say the zone, as in 2026-10-31T08:00:00+08:00."),
                field=field,
            )
        return instant

    return take
