"""The audit as it is read: what concerned one person, and the auditor's search; newest first, by keyset."""

import base64
import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import and_, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from zhibu_core.audit.entries import AuditEntry
from zhibu_core.errors import NotFound
from zhibu_core.organization.people import Person
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words

ROWS = 50
PERSON = "person"
MOST_NAMESAKES = 100
_ROLES = text(
    """select person_id, role, since, until from role_grant
    where tenant_id = :t and person_id = any(:people) order by person_id, role"""
)


@dataclass(frozen=True)
class Access:
    """One deed: who (None: the operator at the machine, or a job) in which roles, what, about whom, and what for."""

    id: uuid.UUID
    at: dt.datetime
    actor_id: uuid.UUID | None
    actor: str | None
    roles: tuple[str, ...]
    action: str
    object_type: str
    object_id: uuid.UUID | None
    person: str | None
    fields: Sequence[str]
    purpose: str | None
    client: str


@dataclass(frozen=True)
class AccessPage:
    """At most fifty deeds; `after` leads to the next ones."""

    rows: Sequence[Access]
    after: str | None


@dataclass(frozen=True)
class Search:
    """What the auditor narrows to: an action's key, a person (name or number, as doer or concerned), an object (type or
    id), and days in the tenant's zone, both included.
    """

    action: str = ""
    person: str = ""
    object: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


async def accesses_to(session: AsyncSession, scope: Scope, after: str) -> AccessPage:
    """What others did to or saw of the asker's own record (two statements); the asker's own deeds are left out."""
    me = scope.person()
    of_me = [AuditEntry.object_type == PERSON, AuditEntry.object_id == me, AuditEntry.actor_id.is_distinct_from(me)]
    return await _page(session, scope, of_me, after)


async def search(session: AsyncSession, scope: Scope, asked: Search, after: str) -> AccessPage:
    """The deeds of the whole tenant (two statements, three where a person is named); raises `Forbidden`."""
    scope.require("audit.read", "")
    return await _page(session, scope, await _conditions(session, scope, asked), after)


async def _conditions(session: AsyncSession, scope: Scope, asked: Search) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.action:
        found.append(AuditEntry.action == asked.action)
    if asked.person:
        people = select(Person.id).where(or_(Person.name == asked.person, Person.number == asked.person))
        ids = list(await session.scalars(people.limit(MOST_NAMESAKES)))
        of_them = and_(AuditEntry.object_type == PERSON, AuditEntry.object_id.in_(ids))
        # Nobody of that name is an empty list and not `false`, which would swallow the tenant's own predicate.
        found.append(or_(AuditEntry.actor_id.in_(ids), of_them))
    if asked.object:
        key = _uuid(asked.object)
        found.append(AuditEntry.object_id == key if key else AuditEntry.object_type == asked.object)
    zone = ZoneInfo(scope.tenant.zone)
    if asked.since:
        found.append(AuditEntry.at >= dt.datetime.combine(asked.since, dt.time(), zone))
    if asked.until:
        found.append(AuditEntry.at < dt.datetime.combine(asked.until + dt.timedelta(days=1), dt.time(), zone))
    return found


async def _page(
    session: AsyncSession, scope: Scope, conditions: Sequence[ColumnElement[bool]], after: str
) -> AccessPage:
    actor, concerned = aliased(Person), aliased(Person)
    query = (
        select(AuditEntry, actor.name, concerned.name)
        .outerjoin(actor, and_(actor.tenant_id == AuditEntry.tenant_id, actor.id == AuditEntry.actor_id))
        .outerjoin(
            concerned,
            and_(
                concerned.tenant_id == AuditEntry.tenant_id,
                concerned.id == AuditEntry.object_id,
                AuditEntry.object_type == PERSON,
            ),
        )
        .where(*conditions)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(ROWS + 1)
    )
    if after:
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < tuple_(*_cursor(after)))
    rows = (await session.execute(query)).all()
    shown = rows[:ROWS]
    roles = await roles_at(
        session, {(e.actor_id, e.at) for e, _, _ in shown if e.actor_id}, ZoneInfo(scope.tenant.zone)
    )
    accesses = [_access(entry, doer, person, roles) for entry, doer, person in shown]
    return AccessPage(accesses, _next(accesses[-1]) if len(rows) > ROWS else None)


def _access(
    entry: AuditEntry,
    actor: str | None,
    person: str | None,
    roles: Mapping[tuple[uuid.UUID, dt.datetime], tuple[str, ...]],
) -> Access:
    held = roles.get((entry.actor_id, entry.at), ()) if entry.actor_id else ()
    return Access(
        entry.id, entry.at, entry.actor_id, actor, held, entry.action, entry.object_type, entry.object_id, person,
        entry.fields, entry.purpose, entry.client,
    )  # fmt: skip


async def roles_at(
    session: AsyncSession, asked: Iterable[tuple[uuid.UUID, dt.datetime]], zone: dt.tzinfo
) -> dict[tuple[uuid.UUID, dt.datetime], tuple[str, ...]]:
    """The roles that were granted to somebody on the day of an instant; none for those who are members only."""
    asked = list(asked)
    if not asked:
        return {}
    people = sorted({person for person, _ in asked})
    grants = (await session.execute(_ROLES, {"t": tenant_of(session), "people": people})).all()
    return {
        (person, at): tuple(
            dict.fromkeys(
                grant.role
                for grant in grants
                if grant.person_id == person and _holds(grant, at.astimezone(zone).date())
            )
        )
        for person, at in asked
    }


def _holds(grant: Any, day: dt.date) -> bool:
    return bool(grant.since <= day and (grant.until is None or day <= grant.until))


def _uuid(given: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(given)
    except ValueError:
        return None


def _next(last: Access) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([last.at, last.id])).rstrip(b"=").decode()


def _cursor(after: str) -> tuple[dt.datetime, uuid.UUID]:
    try:
        raw = base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))
        return msgspec.json.decode(raw, type=tuple[dt.datetime, uuid.UUID])
    except (ValueError, msgspec.DecodeError) as error:
        raise NotFound(
            "not_found", Words("没有找到这一页。请从第一页看起。", "There is no such page. Begin at the first page.")
        ) from error
