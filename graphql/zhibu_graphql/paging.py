"""Relay connections: pages of a list by `first` and `after`, with opaque cursors that hold the row's place in order."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.cursors import read_cursor, write_cursor
from zhibu_graphql.fields import field, part, plain

T = TypeVar("T")
LARGEST_FIRST = 100

First = Annotated[int, strawberry.argument(description="How many, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="The endCursor of the page before.")]
Below = Annotated[bool, strawberry.argument(description="Whether what stands below the organization counts as well.")]


@part(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = plain("Whether more follows.")
    has_previous_page: bool = plain("Whether something came before.")
    start_cursor: str | None = plain("The first row's cursor.")
    end_cursor: str | None = plain("The last row's cursor, to be given as `after`.")


@part(description="One row of a page.")
class Edge(Generic[T]):
    cursor: str = plain("The row's place in the list.")
    node: T = plain("The row.")


@part(description="One page of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = plain("The rows of this page, at most `first`.", size=1)
    page_info: PageInfo = plain("Where this page lies.")

    @field(description="How many rows the whole list has.")
    async def total_count(self, root: "Page", info: Info) -> int:
        return await root.count(info)


@dataclass(frozen=True, slots=True)
class EdgeOf:
    """What an edge is read from."""

    cursor: str
    node: Any


@dataclass(frozen=True, slots=True)
class PageInfoOf:
    """What a page's info is read from."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """What a connection is read from; `count` is asked only where the operation asks for it."""

    edges: list[EdgeOf]
    page_info: PageInfoOf
    count: Callable[[Info], Awaitable[int]]


def page_of(
    rows: Sequence[tuple[tuple[Any, ...], Any]], first: int, after: str | None, count: Callable[[Info], Awaitable[int]]
) -> Page:
    """The page of (place in order, node) pairs that were read to one more than `first`."""
    edges = [EdgeOf(write_cursor(place), node) for place, node in rows[:first]]
    ends = (edges[0].cursor, edges[-1].cursor) if edges else (None, None)
    return Page(edges, PageInfoOf(len(rows) > first, after is not None, *ends), count)


def page_of_list(rows: Sequence[T], place: Callable[[T], tuple[Any, ...]], first: int, after: str | None) -> Any:
    """The page of a list that lies whole in memory, in the order of `place`, whose types are str, date or uuid."""
    ordered = sorted(((place(row), row) for row in rows), key=lambda pair: pair[0])
    total = len(ordered)
    if after is not None:
        start = read_cursor(after, [type(value) for value in ordered[0][0]]) if ordered else ()
        ordered = [pair for pair in ordered if pair[0] > start]

    async def count(_info: Info) -> int:
        return total

    return page_of(ordered[: first + 1], first, after, count)
