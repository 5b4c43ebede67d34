"""Organizations as pages read them: the tree on a day, and one organization with what is known of it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import NotFound
from zhibu_core.ledger.rules import RuleBook
from zhibu_core.ledger.shapes import Sizes, TermOfOffice
from zhibu_core.organization.kinds import KINDS
from zhibu_core.organization.models import Organization, Position
from zhibu_core.organization.people import Person
from zhibu_core.organization.sizes import Body, size_findings
from zhibu_core.organization.terms import TermState, term_state
from zhibu_core.organization.tree import bounds, tree_as_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words
from zhibu_web.labels import COMMITTEE_POSTS

TERM_RULE, SIZE_RULE = "core.term", "core.sizes"

_COUNTS = text(
    """select path, full_members, probationary, mobile from member_tally
    where tenant_id = :t and path >= (select cast(:low as text)) and path < (select cast(:high as text)) order by path"""
)
_TERMS = text(
    """select distinct on (organization_id) organization_id, number, starts_on, ends_on from term
    where tenant_id = :t and organization_id = any(:ids) and starts_on <= :today
    order by organization_id, starts_on desc"""
)


@dataclass(frozen=True)
class Members:
    """How many members a subtree has."""

    full: int = 0
    probationary: int = 0
    mobile: int = 0

    @property
    def total(self) -> int:
        """Full and probationary members."""
        return self.full + self.probationary


async def tree_on(session: AsyncSession, scope: Scope, day: dt.date) -> list[Row[Any]]:
    """The organizations in reach as they stood on a day, in the order of the tree (a statement a subtree)."""
    return [row for path in scope.paths("organization.read") for row in await tree_as_of(session, day, path)]


async def organization_of(session: AsyncSession, scope: Scope, code: str) -> Organization:
    """The organization of this code; raises `NotFound` alike for an unknown one and one out of reach."""
    found = await session.scalar(select(Organization).where(Organization.code == code))
    if found is None or not scope.may("organization.read", found.path):
        raise NotFound("not_found", Words("没有找到所请求的内容。", "What was asked for was not found."))
    return found


async def members_below(session: AsyncSession, path: str) -> dict[str, Members]:
    """Members by the path of their branch, in a subtree (one statement)."""
    low, high = bounds(path)
    rows = await session.execute(_COUNTS, {"t": tenant_of(session), "low": low, "high": high})
    return {row.path: Members(row.full_members, row.probationary, row.mobile) for row in rows}


def sum_below(members: dict[str, Members], path: str) -> Members:
    """The members of all branches at and below a path."""
    found = [one for at, one in members.items() if at.startswith(path)]
    return Members(sum(m.full for m in found), sum(m.probationary for m in found), sum(m.mobile for m in found))


async def children_of(session: AsyncSession, organization: Organization) -> Sequence[Organization]:
    """The organizations directly below one that still stand, in the order of the tree."""
    query = select(Organization).where(Organization.parent_id == organization.id, Organization.abolished_on.is_(None))
    return (await session.scalars(query.order_by(Organization.path))).all()


async def terms_of(session: AsyncSession, ids: Sequence[uuid.UUID], today: dt.date) -> dict[uuid.UUID, Row[Any]]:
    """The latest term begun of each organization: number, starts_on, ends_on."""
    rows = await session.execute(_TERMS, {"t": tenant_of(session), "ids": list(ids), "today": today})
    return {row.organization_id: row for row in rows}


def state_of_term(book: RuleBook, kind: str, starts_on: dt.date, today: dt.date) -> TermState | None:
    """How a term stands, None while no rule says how long terms are."""
    version = book.in_force(TERM_RULE, today)
    return term_state(kind, starts_on, today, version.read(TermOfOffice)) if version else None


async def posts_of(session: AsyncSession, organization: uuid.UUID) -> Sequence[Any]:
    """Everybody who holds or held a post here: role, since, until, and the person's id and name."""
    query = (
        select(Position.role, Position.since, Position.since_precision, Position.until, Person.id, Person.name)
        .join(Person, and_(Person.tenant_id == Position.tenant_id, Person.id == Position.person_id))
        .where(Position.organization_id == organization)
        .order_by(Position.since, Person.sort_name)
    )
    return (await session.execute(query)).all()


def in_office(posts: Sequence[Any], today: dt.date) -> list[Any]:
    """Those who hold a post today."""
    return [post for post in posts if post.until is None or post.until >= today]


def findings_of(
    book: RuleBook, organization: Organization, members: Members, posts: Sequence[Any], today: dt.date
) -> tuple[str, ...]:
    """Codes of what does not fit in size, committee and secretary's post."""
    version = book.in_force(SIZE_RULE, today)
    if version is None:
        return ()
    seats = {post.id for post in in_office(posts, today) if post.role in COMMITTEE_POSTS}
    body = Body(
        organization.kind,
        members.full,
        members.probationary,
        organization.has_committee,
        len(seats) or None,
        _vacant_since(organization, posts, today),
    )
    return size_findings(body, today, version.read(Sizes))


def _vacant_since(organization: Organization, posts: Sequence[Any], today: dt.date) -> dt.date | None:
    """Since when nobody is secretary: the day after the last one left; None where one is, or none was ever recorded."""
    held = [post for post in posts if post.role == "secretary"]
    if not KINDS[organization.kind].elects or not held or any(post in in_office(held, today) for post in held):
        return None
    last: dt.date = max(post.until for post in held)
    return last + dt.timedelta(days=1)
