"""Resolvers made of declarations (`zhibu_graphql.sql`): what the compiler makes SQL of is read field by field as well."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import strawberry

from zhibu_graphql.sql import Declared, Form, Many, One


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


def _many(behind: Many) -> Callable[..., Any]:
    async def resolve(root: Any, info: strawberry.Info):  # type: ignore[no-untyped-def]
        from zhibu_graphql.reading import pages

        return await pages.all_below(info, behind.listing, behind.link, root.id, behind.filters)

    return resolve


def _form(behind: Form) -> Callable[..., Any]:
    def resolve(root: Any):  # type: ignore[no-untyped-def]
        key = getattr(root, behind.attribute)
        return None if key is None else key.hex if behind.form == "hex" else str(key)

    return resolve


_READ: dict[type, Callable[[Any], Callable[..., Any]]] = {One: _one, Many: _many, Form: _form}
