"""Objects that the request's scope is or has, such as the viewer: Python knows them before the database is asked."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import msgspec
from graphql import is_composite_type, is_list_type, is_non_null_type

from zhibu_graphql import sql
from zhibu_graphql.compiled.objects import Compiling
from zhibu_graphql.compiled.parameters import Given
from zhibu_graphql.compiled.relations import gathered
from zhibu_graphql.compiled.rows import NotCompiled, Plan, Row
from zhibu_graphql.compiled.selection import Asked
from zhibu_graphql.compiled.writing import Part

Get = Callable[[Any], Any]


@dataclass(eq=False)
class Scoped:
    """One object, or each of a list, as JSON in a parameter: `written` says where, `leaves` what of it is in there."""

    plan: Plan
    get: Get
    is_list: bool
    written: str = ""
    listing: None = None
    laterals: list[str] = field(default_factory=list)
    leaves: dict[str, Get] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = self.plan.parameters.add(str, self._made, self, "json")
        self.parameter = f"${made.number}"
        self.written = self.written or self.parameter

    def ref(self, written: str) -> str:
        raise NotCompiled(written)

    def attribute(self, name: str) -> str:
        """A uuid of the object."""
        return f"({self.leaf(name, attrgetter(name))} #>> '{{}}')::uuid"

    def leaf(self, name: str, get: Get) -> str:
        """A value of the object."""
        self.leaves[name] = get
        return f"({self.written} -> '{name}')"

    def _made(self, given: Given) -> str:
        root = self.get(given.scope)
        made = [self._one(one) for one in root] if self.is_list else self._one(root)
        return msgspec.json.encode(made).decode()

    def _one(self, root: Any) -> dict[str, Any]:
        return {name: get(root) for name, get in self.leaves.items()}


def of_scope(compiling: Compiling, behind: sql.OfScope, row: Row, asked: Asked) -> Part:
    """An object that is made of the scope."""
    scoped = Scoped(compiling.plan, behind.get, is_list=False)
    scoped.laterals = row.laterals
    return compiling.object(asked.inside, asked, scoped)


def field_of(compiling: Compiling, scoped: Scoped, asked: Asked) -> Part:
    """A field of such an object: a value, an object, or a list of objects."""
    get = _getter(asked)
    if not is_composite_type(asked.inside):
        return Part(scoped.leaf(asked.name, get))
    if scoped.is_list:
        raise NotCompiled(asked.name)
    of = scoped.get
    return (
        _list(compiling, scoped, asked, lambda scope: get(of(scope)))
        if _is_list(asked)
        else of_scope(compiling, sql.OfScope(lambda scope: get(of(scope))), scoped, asked)
    )


def _list(compiling: Compiling, scoped: Scoped, asked: Asked, get: Get) -> Part:
    name = compiling.plan.name()
    row = Scoped(compiling.plan, get, is_list=True, written=f"{name}.v")
    part = compiling.object(asked.inside, asked, row)
    source = f"from json_array_elements({row.parameter}) {name}(v)"
    return gathered(compiling.plan, scoped, part, asked.asks.weight, source, row.laterals)


def _is_list(asked: Asked) -> bool:
    kind: Any = asked.definition.type if asked.definition else None
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)


def _getter(asked: Asked) -> Get:
    resolver = asked.declared.base_resolver
    if resolver is None:
        return attrgetter(asked.declared.python_name)
    function = resolver.wrapped_func
    if inspect.iscoroutinefunction(function) or list(inspect.signature(function).parameters) != ["self", "root"]:
        raise NotCompiled(asked.name)
    return lambda root: function(None, root)
