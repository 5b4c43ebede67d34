"""Offers and needs, and the board, in GraphQL; what other tenants say has a key of the board and no id of a node."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_core.spaces.board import Asked, Line, Posted, board_count, board_page, is_listed
from zhibu_core.spaces.board_matching import Match, Reason, matches_of
from zhibu_graphql.context import Context, Info
from zhibu_graphql.cursors import read_cursor
from zhibu_graphql.fields import additions, column, field, listing, object_type, part, plain
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Below, Connection, First, page_of
from zhibu_graphql.reading import find_all, page_below, read_from, read_one
from zhibu_graphql.reading.organizations import ORGANIZATIONS, OrganizationRecord
from zhibu_graphql.types.lazy import LazyOrganization
from zhibu_partnership.actions import BOARD, READ
from zhibu_partnership.reading import ENTRIES, TABLE, TAG, EntryRecord

MOST_MATCHES = 20
REASONS = 4
KindFilter = Annotated[str | None, strawberry.argument(description="Only `offer` or only `need`.")]
CategoryFilter = Annotated[
    str | None,
    strawberry.argument(description="Only lecture, base, expert, internship, service or joint_study."),
]


@part(description="A line of the board: what an organization of some tenant offers or needs, as everybody reads it.")
class BoardEntry:
    @field(description="The tenant's name in addresses and the line's own id, with a slash between.")
    def key(self, root: Posted) -> str:
        return f"{root.slug}/{root.line.id}"

    @field(description="The tenant's name.")
    def tenant(self, root: Posted) -> str:
        return root.tenant

    @field(description="The organization's name.")
    def organization(self, root: Posted) -> str:
        return root.line.organization

    @field(description="The organization's code in its tenant.")
    def code(self, root: Posted) -> str:
        return root.line.code

    @field(description="offer or need.")
    def kind(self, root: Posted) -> str:
        return root.line.kind

    @field(description="lecture, base, expert, internship, service or joint_study.")
    def category(self, root: Posted) -> str:
        return root.line.category

    @field(description="In a few words.")
    def title(self, root: Posted) -> str:
        return root.line.title

    @field(description="More about it.")
    def about(self, root: Posted) -> str:
        return root.line.about

    @field(description="Where; empty for anywhere.")
    def place(self, root: Posted) -> str:
        return root.line.place

    @field(description="From when on; null for any time.")
    def starts_on(self, root: Posted) -> dt.date | None:
        return root.line.starts_on

    @field(description="Until when; null for any time.")
    def ends_on(self, root: Posted) -> dt.date | None:
        return root.line.ends_on

    @field(description="For how many people; null for any number.")
    def capacity(self, root: Posted) -> int | None:
        return root.line.capacity

    @field(description="The last day on the board.")
    def valid_until(self, root: Posted) -> dt.date:
        return root.line.valid_until


@part(description="Why two lines go together, or what stands against it.")
class MatchReason:
    about: str = plain("category, term, place or capacity.")
    holds: bool = plain("Whether it speaks for them.")

    @field(description="The reason as a sentence.")
    def said(self, root: Reason, info: Info) -> str:
        return root.said.of(info.context.locale)


@part(description="A line of another tenant that answers an offer or need, with the reasons.")
class BoardMatch:
    reasons: list[MatchReason] = plain("Category, term, place and capacity.", size=REASONS)

    @field(description="The line.")
    def entry(self, root: Match) -> BoardEntry:
        return read_from(root.posted)


@object_type(READ, description="What an organization of the tenant's own offers or needs.")
class OfferOrNeed(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = EntryRecord

    kind: str = column(TABLE.c.kind, "offer or need.")
    category: str = column(TABLE.c.category, "lecture, base, expert, internship, service or joint_study.")
    title: str = column(TABLE.c.title, "In a few words.")
    about: str = column(TABLE.c.about, "More about it.")
    place: str = column(TABLE.c.place, "Where; empty for anywhere.")
    starts_on: dt.date | None = column(TABLE.c.starts_on, "From when on; null for any time.")
    ends_on: dt.date | None = column(TABLE.c.ends_on, "Until when; null for any time.")
    capacity: int | None = column(TABLE.c.capacity, "For how many people; null for any number.")
    valid_until: dt.date = column(TABLE.c.valid_until, "The last day on the board.")
    said_at: dt.datetime = column(TABLE.c.said_at, "When it was first said.")
    withdrawn_on: dt.date | None = column(TABLE.c.withdrawn_on, "The day on which it was taken back.")

    @field(description="Whose it is.")
    async def organization(self, root: EntryRecord, info: Info) -> LazyOrganization | None:
        return await read_one(info, ORGANIZATIONS, root.organization_id)

    @field(
        BOARD,
        description="What the board has that answers it, at most 20: those that fit in place and number first, then the newest.",
        weight=10,
        size=MOST_MATCHES,
    )
    async def matches(self, root: EntryRecord, info: Info) -> list[BoardMatch]:
        names = Line.__dataclass_fields__
        line = Line(**{name: getattr(root, name) for name in names})
        if root.withdrawn_on is not None or root.valid_until < info.context.scope.today:
            return []
        async with info.context.turn() as session:
            found = await matches_of(session, line, info.context.scope.today, limit=MOST_MATCHES)
        return read_from(found)

    @classmethod
    async def find(cls, context: Context, keys: list[uuid.UUID]) -> Mapping[uuid.UUID, Any]:
        """The entries of these ids that the asker may read, by one statement."""
        return await find_all(context, ENTRIES, keys)


@additions
class OrganizationFields:
    """What is added to Organization."""

    @listing(READ, description="What it offers and needs and has not withdrawn, newest first.")
    async def offers_and_needs(
        self,
        root: OrganizationRecord,
        info: Info,
        first: First,
        after: After = None,
        below: Below = True,
        kind: KindFilter = None,
        category: CategoryFilter = None,
    ) -> Connection[OfferOrNeed] | None:
        filters = {"kind": kind, "category": category, "standing_on": info.context.scope.today}
        return await page_below(info, ENTRIES, "below" if below else "at", root.id, first, after, filters)


@additions
class BoardQuery:
    """The root fields of the plugin."""

    @listing(BOARD, description="The board: what consenting tenants offer and need, newest first.")
    async def board(
        self,
        info: Info,
        first: First,
        after: After = None,
        kind: KindFilter = None,
        category: CategoryFilter = None,
        place: Annotated[str | None, strawberry.argument(description="Part of the place.")] = None,
        own: Annotated[bool, strawberry.argument(description="Only what it shows of the own tenant.")] = False,
    ) -> Connection[BoardEntry] | None:
        today, asked = info.context.scope.today, Asked(kind or "", category or "", place or "", own)
        start = read_cursor(after, (dt.datetime, uuid.UUID)) if after is not None else None
        async with info.context.turn() as session:
            found = await board_page(session, asked, today, limit=first + 1, after=start)

        async def count(of: Info) -> int:
            async with of.context.turn() as session:
                return await board_count(session, asked, today)

        return read_from(page_of([((one.line.said_at, one.line.id), one) for one in found], first, after, count))

    @field(BOARD, description="Whether the tenant's administrator has agreed that the board shows it.")
    async def board_listing(self, info: Info) -> bool:
        async with info.context.turn() as session:
            return await is_listed(session)
