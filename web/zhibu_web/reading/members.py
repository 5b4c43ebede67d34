"""Members as pages read them: a list by surname with filters and a keyset, and one person's record."""

import base64
import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.elements import ColumnElement

from zhibu_core.errors import NotFound
from zhibu_core.ledger.models import Fact, FactEnd
from zhibu_core.organization.models import Organization, Position
from zhibu_core.organization.people import Membership, Person
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, open_secrets
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

ROWS = 50
FACTS_SHOWN = 20


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty means all."""

    organization: str = ""
    member_class: str = ""
    status: str = ""
    name: str = ""

    @property
    def any(self) -> bool:
        """Whether anything is narrowed."""
        return bool(self.organization or self.member_class or self.status or self.name)

    @property
    def more(self) -> bool:
        """Whether anything besides the name is narrowed."""
        return bool(self.organization or self.member_class or self.status)

    def query(self) -> dict[str, str]:
        """The filters as they stand in the address."""
        pairs = {
            "organization": self.organization,
            "class": self.member_class,
            "status": self.status,
            "name": self.name,
        }
        return {key: value for key, value in pairs.items() if value}


@dataclass(frozen=True)
class MemberPage:
    """At most fifty members; `after` leads to the next ones, `organization` is the one filtered by."""

    rows: Sequence[Any]
    after: str | None
    organization: Organization | None


@dataclass(frozen=True)
class Record:
    """One person's record; `membership` and `branch` are None for somebody without a branch."""

    person: Person
    membership: Membership | None
    branch: Organization | None
    positions: Sequence[Any]
    facts: Sequence[Fact]
    masked: PersonSecrets

    @property
    def path(self) -> str | None:
        """Where the person stands in the tree."""
        return self.branch.path if self.branch else None


def within(paths: Sequence[str]) -> ColumnElement[bool]:
    """The condition that an organization stands in one of these subtrees."""
    return in_subtrees(Organization.path, paths)


async def members_page(session: AsyncSession, scope: Scope, filters: Filters, after: str) -> MemberPage:
    """One page of the members that the reader may see (one statement, two where an organization is named)."""
    organization = await _organization(session, filters.organization)
    query = (
        select(
            Person.id, Person.name, Person.number, Person.sort_name, Membership.member_class, Membership.status,
            Membership.joined_on, Membership.party_post, Membership.is_mobile, Membership.is_lost,
            Organization.name.label("branch"), Organization.short_name, Organization.code,
        )
        .select_from(Membership)
        .join(Person, and_(Person.tenant_id == Membership.tenant_id, Person.id == Membership.person_id))
        .join(Organization, and_(Organization.tenant_id == Membership.tenant_id, Organization.id == Membership.organization_id))
        .where(Membership.until.is_(None), within(scope.paths("member.read")), *_conditions(filters, organization))
        .order_by(Person.sort_name, Person.id)
        .limit(ROWS + 1)
    )  # fmt: skip
    if after:
        query = query.where(tuple_(Person.sort_name, Person.id) > tuple_(*_cursor(after)))
    rows = (await session.execute(query)).all()
    more = len(rows) > ROWS
    rows = rows[:ROWS]
    return MemberPage(rows, _next(rows[-1]) if more else None, organization)


def _conditions(filters: Filters, organization: Organization | None) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.organization:
        found.append(within([organization.path if organization else "\U0010fffe/"]))
    if filters.member_class:
        found.append(Membership.member_class == filters.member_class)
    if filters.status:
        found.append(Membership.status == filters.status)
    if filters.name:
        found.append(Person.name.startswith(filters.name, autoescape=True))
    return found


async def _organization(session: AsyncSession, code: str) -> Organization | None:
    if not code:
        return None
    found: Organization | None = await session.scalar(
        select(Organization).where(or_(Organization.code == code, Organization.name == code)).limit(1)
    )
    return found


def _next(row: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([row.sort_name, row.id])).rstrip(b"=").decode()


def _cursor(text: str) -> tuple[str, uuid.UUID]:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return msgspec.json.decode(raw, type=tuple[str, uuid.UUID])
    except (ValueError, msgspec.DecodeError) as error:
        raise NotFound(
            "not_found", Words("没有找到这一页。请从第一页看起。", "There is no such page. Begin at the first page.")
        ) from error


async def record_of(platform: Platform, session: AsyncSession, scope: Scope, person_id: uuid.UUID) -> Record:
    """A person's record (four statements); raises `NotFound`. The caller checks that the reader may see it."""
    person = await session.scalar(select(Person).where(Person.id == person_id))
    if person is None:
        raise NotFound("not_found", Words("没有找到所请求的内容。", "What was asked for was not found."))
    query = (
        select(Membership, Organization)
        .join(Organization, and_(Organization.tenant_id == Membership.tenant_id, Organization.id == Membership.organization_id))
        .where(Membership.person_id == person_id, Membership.until.is_(None))
    )  # fmt: skip
    held = (await session.execute(query)).first()
    secrets = secrets_of(platform, scope, person)
    return Record(
        person=person,
        membership=held[0] if held else None,
        branch=held[1] if held else None,
        positions=await _positions(session, person_id, scope.today),
        facts=await _facts(session, person_id, scope.today),
        masked=secrets.masked(),
    )


def secrets_of(platform: Platform, scope: Scope, person: Person) -> PersonSecrets:
    """The person's sensitive values; the caller masks them, or has noted in the audit why not."""
    return open_secrets(platform.keyring.cipher(scope.tenant.id, COLUMN), person.id, person.sealed)


async def _positions(session: AsyncSession, person_id: uuid.UUID, today: dt.date) -> Sequence[Any]:
    query = (
        select(Position.role, Position.since, Position.since_precision, Organization.name, Organization.code)
        .join(Organization, and_(Organization.tenant_id == Position.tenant_id, Organization.id == Position.organization_id))
        .where(Position.person_id == person_id, or_(Position.until.is_(None), Position.until >= today))
        .order_by(Organization.path, Position.role)
    )  # fmt: skip
    return (await session.execute(query)).all()


async def _facts(session: AsyncSession, person_id: uuid.UUID, today: dt.date) -> Sequence[Fact]:
    ended = select(FactEnd.id).where(FactEnd.tenant_id == Fact.tenant_id, FactEnd.fact_id == Fact.id)
    query = (
        select(Fact)
        .where(Fact.person_id == person_id, Fact.happened_on <= today, ~ended.exists())
        .order_by(Fact.happened_on.desc(), Fact.id.desc())
        .limit(FACTS_SHOWN)
    )
    return (await session.scalars(query)).all()
