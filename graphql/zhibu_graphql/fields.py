"""How fields are declared: the permission each asks for, the column behind it, what it costs; core and plugins alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, dataclass_transform

import strawberry

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
    `column`: the SQL expression behind it. `weight`: objects it counts as in the cost. `size`: how many elements a list
    without `first` has at most. `mutation`: runs in a savepoint, with user errors in its payload.
    """

    actions: tuple[str, ...] = ()
    lists: bool = False
    column: Any = None
    weight: int = 1
    size: int | None = None
    mutation: bool = False


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
    *actions: str, description: str, weight: int = 1, size: int | None = None, name: str | None = None
) -> Decorator:
    """A field by a resolver, which takes `root` (the object) and `info`; asks for the actions at the object's place."""
    asks = Asks(actions, weight=weight, size=size)
    made: Decorator = strawberry.field(description=description, name=name, metadata={KEY: asks})
    return made


def listing(*actions: str, description: str, weight: int = 1) -> Decorator:
    """A connection by a resolver whose SQL keeps to what may be read (`zhibu_graphql.reading`); takes `first`."""
    made: Decorator = strawberry.field(
        description=description, metadata={KEY: Asks(actions, lists=True, weight=weight)}
    )
    return made


def mutation(*actions: str, description: str) -> Decorator:
    """A mutation by a resolver that returns its payload; what it wrote is undone where it raises.

    `InvalidInput` goes into the payload's `errors`, other errors refuse the operation. The resolver checks the place of
    what it changes: the declared action need only be held somewhere.
    """
    asks = Asks(actions, lists=True, mutation=True)
    made: Decorator = strawberry.field(description=description, metadata={KEY: asks})
    return made
