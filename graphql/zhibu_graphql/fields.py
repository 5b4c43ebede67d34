"""How fields are declared: the permission each asks for, what stands behind it, what it costs; core and plugins alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

import strawberry

from zhibu_graphql.resolving import by_declaration, resolver_of
from zhibu_graphql.sql import Either, Form, Many, One, Opened, Says

if TYPE_CHECKING:
    from zhibu_graphql.reading.listing import Listing

KEY = "zhibu"
"""Where a field's metadata and a GraphQL field's extensions hold their `Asks`."""

TYPE_ASKS = "__zhibu_asks__"
NODE_TAG = "__zhibu_node__"
T = TypeVar("T")
Decorator = Callable[[Callable[..., Any]], Any]


@dataclass(frozen=True)
class Asks:
    """What a field asks for: any one of `actions` (none: those of its type), at the object's place in the tree.

    `lists`: its own SQL keeps to the places where the action is held, so that holding it anywhere lets one in.
    `column`: the SQL expression behind it; `behind`: what else of `zhibu_graphql.sql` stands there; `computed`: why nothing
    does, so that it and all below it must run through resolvers (a test asks for one of them). `weight`: objects it
    counts as in the cost. `size`: how many elements a list without `first` has at most. `mutation`: runs in a savepoint,
    with user errors in its payload. `watches`: of a subscription's root field, what wakes it (`live.fields`).
    """

    actions: tuple[str, ...] = ()
    lists: bool = False
    column: Any = None
    behind: Any = None
    computed: str = ""
    weight: int = 1
    size: int | None = None
    mutation: bool = False
    watches: Any = None


@dataclass(frozen=True)
class TypeAsks:
    """What reading a type asks for. A part (no actions) is reached only through fields that name their own."""

    actions: tuple[str, ...]


@dataclass_transform(field_specifiers=(strawberry.field,))
def object_type(*actions: str, description: str, name: str | None = None) -> Callable[[type[T]], type[T]]:
    """Declares a type whose fields ask for (any of) these actions unless they name their own."""

    def declare(cls: type[T]) -> type[T]:
        declared = strawberry.type(cls, name=name, description=description)
        setattr(declared, TYPE_ASKS, TypeAsks(actions))
        return declared

    return declare


@dataclass_transform(field_specifiers=(strawberry.field,))
def part(*, description: str, name: str | None = None) -> Callable[[type[T]], type[T]]:
    """Declares a part of other objects, such as a payload: whoever reached it may read it."""
    return object_type(description=description, name=name)


@dataclass_transform(field_specifiers=(strawberry.field,))
def additions(cls: type[T]) -> type[T]:
    """Declares a class whose fields are added to another type: a plugin's, or root fields."""
    return strawberry.type(cls)


def column(expression: Any, description: str, *actions: str, name: str | None = None) -> Any:
    """A field read from the attribute of its own name; `expression` is the SQL column that it comes from."""
    return strawberry.field(name=name, description=description, metadata={KEY: Asks(actions, column=expression)})


def plain(description: str, *actions: str, size: int | None = None) -> Any:
    """A field read from the attribute of its own name, which Python made; lists say their greatest `size`."""
    return strawberry.field(description=description, metadata={KEY: Asks(actions, size=size)})


def field(
    *actions: str,
    description: str,
    weight: int = 1,
    size: int | None = None,
    name: str | None = None,
    behind: Any = None,
    computed: str = "",
) -> Decorator:
    """A field by a resolver, which takes `root` (the object) and `info`; asks for the actions at the object's place.

    `behind`: what the resolver does, said for the compiler; or `computed`: why no SQL can say it.
    """
    asks = Asks(actions, behind=behind, computed=computed, weight=weight, size=size)
    made: Decorator = strawberry.field(description=description, name=name, metadata={KEY: asks})
    return made


def one(
    listing: "Listing[Any]",
    by: str | Callable[[Any], Any],
    description: str,
    *actions: str,
    column: str = "id",
    joined: bool = False,
) -> Any:
    """A field that is the row to which the parent's attribute `by` leads; null where it may not be read (`sql.One`)."""
    return _declared(One(listing, by, column, joined), actions, description)


def either(*ones: One, description: str, actions: tuple[str, ...] = ()) -> Any:
    """A field of a union: the first row to which one of the parent's keys leads (`sql.Either`)."""
    return _declared(Either(ones), actions, description)


def all_of(
    listing: "Listing[Any]",
    link: str,
    description: str,
    *actions: str,
    size: int,
    filters: Callable[[Any], Mapping[str, Any]] | None = None,
) -> Any:
    """A field that is a short list, read whole (`sql.Many`)."""
    return _declared(Many(listing, link, filters), actions, description, size)


def first_of(
    listing: "Listing[Any]",
    description: str,
    *actions: str,
    size: int,
    filters: Callable[[Any], Mapping[str, Any]] | None = None,
) -> Any:
    """A root field that is a list without pages: its first `size` rows, at most (`sql.Many`)."""
    return _declared(Many(listing, None, filters, size), actions, description, size)


def key(attribute: str, form: str, description: str, *actions: str, tag: str = "", name: str | None = None) -> Any:
    """A field that shows a uuid as "hex", as "text", or as the "id" of the node of a `tag` (`sql.Form`)."""
    return _declared(Form(attribute, form, tag), actions, description, name=name)


def opened(behind: Opened, description: str, *actions: str) -> Any:
    """A field that Python makes of columns after the database (`sql.Opened`); by resolvers, of the parent's attributes."""
    return _declared(behind, actions, description)


def _declared(
    behind: Any, actions: tuple[str, ...], description: str, size: int | None = None, name: str | None = None
) -> Any:
    asks = Asks(actions, behind=behind, size=size)
    return strawberry.field(resolver=resolver_of(behind), name=name, description=description, metadata={KEY: asks})


def listing(*actions: str, description: str, weight: int = 1, computed: str = "") -> Decorator:
    """A connection by a function that returns `rows` or `rows_of` of `zhibu_graphql.sql`, or by a resolver whose SQL
    keeps to what may be read, which says why it reads by itself (`computed`); takes `first`.
    """
    return _saying(Asks(actions, lists=True, computed=computed, weight=weight), description)


def lookup(*actions: str, description: str) -> Decorator:
    """A field by a function that returns `found` of `zhibu_graphql.sql`: one row by its arguments."""
    return _saying(Asks(actions), description)


def _saying(asks: Asks, description: str) -> Decorator:
    def declare(function: Callable[..., Any]) -> Any:
        metadata = {KEY: asks if asks.computed else replace(asks, behind=Says(function))}
        made: Decorator = strawberry.field(description=description, metadata=metadata)
        return made(by_declaration(function))

    return declare


def mutation(*actions: str, description: str) -> Decorator:
    """A mutation by a resolver that returns its payload; what it wrote is undone where it raises.

    `InvalidInput` goes into the payload's `errors`, other errors refuse the operation. The resolver checks the place of
    what it changes: the declared action need only be held somewhere.
    """
    asks = Asks(actions, lists=True, mutation=True)
    made: Decorator = strawberry.field(description=description, metadata={KEY: asks})
    return made
