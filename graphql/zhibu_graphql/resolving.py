"""Resolvers made of declarations (`zhibu_graphql.sql`): what the compiler makes SQL of is read field by field as well."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import strawberry

from zhibu_graphql.ids import global_id
from zhibu_graphql.sql import Declared, Either, Form, Many, One, Opened, Opening


def by_declaration(function: Callable[..., Any]) -> Callable[..., Any]:
    """The resolver of a declaring function: reads what it returns, or awaits it where it reads by itself."""
    signature = inspect.signature(function)
    takes_info = "info" in signature.parameters

    @wraps(function)
    async def resolve(*args: Any, **arguments: Any) -> Any:
        info = arguments["info"] if takes_info else arguments.pop("info")
        given = function(*args, **arguments)
        given = await given if inspect.isawaitable(given) else given
        return await given.read(arguments.get("root"), info) if isinstance(given, Declared) else given

    if not takes_info:
        info = inspect.Parameter("info", inspect.Parameter.KEYWORD_ONLY, annotation=strawberry.Info)
        resolve.__signature__ = signature.replace(parameters=[*signature.parameters.values(), info])  # type: ignore[attr-defined]
        resolve.__annotations__ = {**function.__annotations__, "info": strawberry.Info}
    return resolve


def resolver_of(behind: Any) -> Callable[..., Any]:
    """The resolver of a field that a declaration says all about."""
    return _READ[type(behind)](behind)


def _one(behind: One) -> Callable[..., Any]:
    async def resolve(root: Any, info: strawberry.Info):  # type: ignore[no-untyped-def]
        from zhibu_graphql.reading import pages

        key = getattr(root, behind.by) if isinstance(behind.by, str) else behind.by(root)
        return await pages.read_by(info, behind.listing, behind.column, key)

    return resolve


def _either(behind: Either) -> Callable[..., Any]:
    readers = [_one(one) for one in behind.ones]

    async def resolve(root: Any, info: strawberry.Info):  # type: ignore[no-untyped-def]
        for read in readers:
            found = await read(root, info)
            if found is not None:
                return found
        return None

    return resolve


def _many(behind: Many) -> Callable[..., Any]:
    async def resolve(root: Any, info: strawberry.Info):  # type: ignore[no-untyped-def]
        from zhibu_graphql.reading import pages

        if behind.link is None:
            return await pages.first_of(info, behind.listing, behind.most, behind.filters)
        return await pages.all_below(info, behind.listing, behind.link, root.id, behind.filters)

    return resolve


def _form(behind: Form) -> Callable[..., Any]:
    def resolve(root: Any):  # type: ignore[no-untyped-def]
        key = getattr(root, behind.attribute)
        if key is None:
            return None
        return (
            global_id(behind.tag, key.bytes) if behind.form == "id" else key.hex if behind.form == "hex" else str(key)
        )

    return resolve


def _opened(behind: Opened) -> Callable[..., Any]:
    def resolve(root: Any, info: strawberry.Info):  # type: ignore[no-untyped-def]
        context = info.context
        values = [getattr(root, name) for name in behind.attributes]
        if None in values:
            return None
        opening = Opening(context.platform, context.scope, context.prefix)
        return behind.make(opening, tuple(str(value) for value in values))

    return resolve


_READ: dict[type, Callable[[Any], Callable[..., Any]]] = {
    One: _one,
    Either: _either,
    Many: _many,
    Form: _form,
    Opened: _opened,
}
