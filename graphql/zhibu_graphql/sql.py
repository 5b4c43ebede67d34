"""What stands behind a field in the database: said once, read by the resolvers and by the compiler, core's and plugins'.

A field of a listing's row is a column by its own name. The functions below say the rest: `one` a row that a key leads to,
`all_of` a short list, and what a function under `listing` returns (`rows`, `rows_of`, `found`) a page or a row by filters.
Their arguments may be values, as resolvers have them, or `Argument`s, which stand for values while a plan is made.
"""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from zhibu_core.errors import NotFound
from zhibu_graphql.ids import read_id

if TYPE_CHECKING:
    from zhibu_core.platform import Platform
    from zhibu_core.tenancy.scope import Scope
    from zhibu_graphql.context import Info
    from zhibu_graphql.reading.listing import Listing

T = TypeVar("T")


class Argument(ABC):
    """A value that is not there yet while a plan is made; in SQL expressions a parameter, elsewhere only passed on."""

    @property
    def value(self) -> "Argument":
        """Of a member of an enum: the word that stands for it."""
        return self

    @abstractmethod
    def made(self, convert: Callable[[Any], Any], kind: type) -> "Argument":
        """What a function makes of the value, once there is one; `kind` is the type of what it makes."""

    @abstractmethod
    def __clause_element__(self) -> Any:
        """Makes it an SQL expression where SQLAlchemy is given one."""


@dataclass(frozen=True)
class Span:
    """From where to where, as expressions: first and last day of a period, the half-open bounds of a part of the tree."""

    start: Any
    end: Any


@dataclass(frozen=True)
class Place(Span):
    """A part of the tree where somebody holds something; `is_top`: it begins at a root, and so holds nearly everything."""

    is_top: bool


@dataclass(frozen=True, eq=False)
class OfAsker:
    """A filter's value that follows from who asks, such as the tenant's day."""

    get: "Callable[[Scope], Any]"


TODAY = OfAsker(lambda scope: scope.today)


@dataclass(frozen=True, eq=False)
class Required:
    """A row named by an id, which the list asked for cannot do without: refused where it may not be read.

    `attribute` of its row is the filter's value; `missing` makes the error.
    """

    listing: "Listing[Any]"
    key: Any
    attribute: str
    missing: Callable[[], NotFound]


class Declared(ABC):
    """What a declaring function returns."""

    @abstractmethod
    async def read(self, root: Any, info: "Info") -> Any:
        """The same by resolvers."""


@dataclass(frozen=True, eq=False)
class Page(Declared):
    """A page of a listing: of all of it, or of what hangs on the parent by `link`."""

    listing: "Listing[Any]"
    first: int
    after: Any
    link: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)

    async def read(self, root: Any, info: "Info") -> Any:
        """The `Page` that a connection is read from."""
        from zhibu_graphql.reading import pages

        filters = await pages.settled(info.context, self.filters)
        if self.link is None:
            return await pages.page(info, self.listing, self.first, self.after, filters)
        return await pages.page_below(info, self.listing, self.link, root.id, self.first, self.after, filters)


@dataclass(frozen=True, eq=False)
class Found(Declared):
    """The first row that the filters leave; null where they are empty."""

    listing: "Listing[Any]"
    filters: Mapping[str, Any] = field(default_factory=dict)

    async def read(self, root: Any, info: "Info") -> Any:
        """The row's record; `root` has no say in it."""
        del root
        from zhibu_graphql.reading import pages

        page = await pages.page(info, self.listing, 1, None, self.filters) if self.filters else None
        return page.edges[0].node if page and page.edges else None


def rows(listing: "Listing[Any]", first: int, after: Any, filters: Mapping[str, Any] | None = None) -> Any:
    """A page of a whole list."""
    return Page(listing, first, after, None, _given(filters))


def rows_of(
    root: Any, link: str, listing: "Listing[Any]", first: int, after: Any, filters: Mapping[str, Any] | None = None
) -> Any:
    """A page of what hangs on `root` by a link of the listing."""
    del root  # the parent is there while a plan is made only as a row to come
    return Page(listing, first, after, link, _given(filters))


def found(listing: "Listing[Any]", filters: Mapping[str, Any]) -> Any:
    """One row by filters; null where no filter is given."""
    return Found(listing, _given(filters))


@dataclass(frozen=True, eq=False)
class One:
    """Behind a field: the row of `listing` whose `column` is the parent's attribute `by`, or what `by` makes of the parent.

    `joined`: the listing's own table is joined to the parent's rows already, under the same alias, so that nothing need
    be looked up.
    """

    listing: "Listing[Any]"
    by: str | Callable[[Any], Any]
    column: str = "id"
    joined: bool = False


@dataclass(frozen=True, eq=False)
class Either:
    """Behind a field of a union: the first row that there is; the types of the union are found in these listings."""

    ones: tuple[One, ...]


@dataclass(frozen=True, eq=False)
class Many:
    """Behind a field: all rows of `listing` that hang on the parent by `link`; of a root field (no link) the first `most`.

    `filters` are made of the scope.
    """

    listing: "Listing[Any]"
    link: str | None
    filters: Callable[[Any], Mapping[str, Any]] | None = None
    most: int | None = None


@dataclass(frozen=True)
class Opening:
    """What there is when values are opened: who asks, and what stands before the tenant's links."""

    platform: "Platform"
    scope: "Scope"
    prefix: str = ""


@dataclass(frozen=True, eq=False)
class Opened:
    """Behind a field: made by Python after the database, of columns of the parent's row, which come as text.

    `make(opening, values)` gives the JSON value; bytes come in hexadecimal. Where one of the columns is null, the field is.
    """

    columns: tuple[Any, ...]
    make: Callable[[Opening, tuple[str, ...]], Any]
    attributes: tuple[str, ...] = ()
    """The parent's attributes that are the columns, for a field without a resolver of its own."""


@dataclass(frozen=True)
class Form:
    """Behind a field: a column of the parent's row in another form: "hex" or "text" of a uuid, "id" of a node.

    The node is the parent itself, or one of the type with this `tag`.
    """

    attribute: str
    form: str
    tag: str = ""


@dataclass(frozen=True, eq=False)
class Made:
    """Behind a field: the one row of a `statement`, whose columns are the attributes of the field's type, or are `value`.

    In it `:t` is the tenant, `:name` an attribute of the parent out of `attributes`, or a parameter: (its SQL type, what
    makes it of the scope).
    """

    statement: str
    attributes: tuple[str, ...]
    parameters: Mapping[str, tuple[str, Callable[[Any], Any]]]


@dataclass(frozen=True)
class Noted:
    """What the audit says of an object of a type that somebody opens by its id; one's own record is no matter for it."""

    action: str
    object_type: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class OfNode:
    """Behind a field: the object of an id."""


@dataclass(frozen=True, eq=False)
class OfId:
    """Behind a field: the row of a listing that the argument `id` leads to, an id of a node of the `tag`."""

    listing: "Listing[Any]"
    tag: str


@dataclass(frozen=True)
class OfScope:
    """Behind a field: an object that the scope of the request is or has, read by `get`."""

    get: Callable[[Any], Any]


@dataclass(frozen=True)
class Says:
    """Behind a field: a function's declaration, made of its arguments."""

    function: Callable[..., Any]


def converted(given: Any, convert: Callable[[Any], T], kind: type) -> T:
    """What `convert` makes of a value, now or later; raises what it raises."""
    return given.made(convert, kind) if isinstance(given, Argument) else convert(given)  # type: ignore[return-value]


def key_of(given: Any, tag: str) -> Any:
    """The uuid in an id of this tag; one that is nobody's for what is no such id."""
    return converted(given, lambda text: read_id(text, tag) or uuid.UUID(int=0), uuid.UUID)


def _given(filters: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (filters or {}).items() if value is not None}
