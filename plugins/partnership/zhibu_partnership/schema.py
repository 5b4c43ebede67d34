"""Offers and needs, and the board, in GraphQL; what other tenants say has a key of the board and no id of a node."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_core.spaces.board import Line, is_listed, place_key
from zhibu_core.spaces.board_matching import Match, Reason, matches_of
from zhibu_graphql.context import Info
from zhibu_graphql.fields import additions, column, field, listing, object_type, one, part, plain
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Below, Connection, First
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.organizations import ORGANIZATIONS, OrganizationRecord
from zhibu_graphql.sql import TODAY, converted, rows, rows_of
from zhibu_graphql.types.lazy import LazyOrganization
from zhibu_partnership.actions import BOARD, READ
from zhibu_partnership.board_listing import IS_LISTED, LINES, OWN, record_of
from zhibu_partnership.board_listing import TABLE as LINE
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
    key: str = column(LINE.c.id, "The tenant's name in addresses and the line's own id, with a slash between.")
    tenant: str = column(LINE.c.tenant, "The tenant's name.")
    organization: str = column(LINE.c.organization, "The organization's name.")
    code: str = column(LINE.c.code, "The organization's code in its tenant.")
    kind: str = column(LINE.c.kind, "offer or need.")
    category: str = column(LINE.c.category, "lecture, base, expert, internship, service or joint_study.")
    title: str = column(LINE.c.title, "In a few words.")
    about: str = column(LINE.c.about, "More about it.")
    place: str = column(LINE.c.place, "Where; empty for anywhere.")
    starts_on: dt.date | None = column(LINE.c.starts_on, "From when on; null for any time.")
    ends_on: dt.date | None = column(LINE.c.ends_on, "Until when; null for any time.")
    capacity: int | None = column(LINE.c.capacity, "For how many people; null for any number.")
    valid_until: dt.date = column(LINE.c.valid_until, "The last day on the board.")


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
        return read_from(record_of(root.posted))


@object_type(READ, description="What an organization of the tenant's own offers or needs.")
class OfferOrNeed(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = EntryRecord
    found_in: ClassVar[Any] = ENTRIES

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

    organization: LazyOrganization | None = one(ORGANIZATIONS, "organization_id", "Whose it is.", joined=True)

    @field(
        BOARD,
        description="What the board has that answers it, at most 20: those that fit in place and number first, then the newest.",
        weight=10,
        size=MOST_MATCHES,
        computed="two lines are paired and the reasons said in the reader's language",
    )
    async def matches(self, root: EntryRecord, info: Info) -> list[BoardMatch] | None:
        names = Line.__dataclass_fields__
        line = Line(**{name: getattr(root, name) for name in names})
        if root.withdrawn_on is not None or root.valid_until < info.context.scope.today:
            return []
        async with info.context.turn() as session:
            found = await matches_of(session, line, info.context.scope.today, limit=MOST_MATCHES)
        return read_from(found)


@additions
class OrganizationFields:
    """What is added to Organization."""

    @listing(READ, description="What it offers and needs and has not withdrawn, newest first.")
    def offers_and_needs(
        self,
        root: OrganizationRecord,
        first: First,
        after: After = None,
        below: Below = True,
        kind: KindFilter = None,
        category: CategoryFilter = None,
    ) -> Connection[OfferOrNeed] | None:
        filters = {"kind": kind, "category": category, "standing_on": TODAY}
        return rows_of(root, "below" if below else "at", ENTRIES, first, after, filters)


@additions
class BoardQuery:
    """The root fields of the plugin."""

    @listing(BOARD, description="The board: what consenting tenants offer and need, newest first.")
    def board(
        self,
        first: First,
        after: After = None,
        kind: KindFilter = None,
        category: CategoryFilter = None,
        place: Annotated[str | None, strawberry.argument(description="Part of the place.")] = None,
        own: Annotated[bool, strawberry.argument(description="Only what it shows of the own tenant.")] = False,
    ) -> Connection[BoardEntry] | None:
        near = converted(place, place_key, str) if place else None
        filters = {"standing_on": TODAY, "kind": kind or None, "category": category or None, "near": near}
        return rows(LINES, first, after, filters | {"of": OWN if own else None})

    @field(
        BOARD,
        description="Whether the tenant's administrator has agreed that the board shows it.",
        behind=IS_LISTED,
    )
    async def board_listing(self, info: Info) -> bool | None:
        async with info.context.turn() as session:
            return await is_listed(session)
