"""Objects of an answer: what each field declares, as an SQL expression over the row that the object is read from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLScalarType, is_composite_type, is_non_null_type
from sqlalchemy import or_

from zhibu_core.errors import ZhibuError
from zhibu_graphql import sql
from zhibu_graphql.compiled.arguments import Arguments
from zhibu_graphql.compiled.refusals import SIGN, Refusal
from zhibu_graphql.compiled.rendering import conditions_of, text_of
from zhibu_graphql.compiled.rows import NotCompiled, Plan, Row
from zhibu_graphql.compiled.selection import DEFINITION, TYPENAME, Asked, Selecting
from zhibu_graphql.compiled.writing import Part, Spent, instant, node_id, object_of, quoted
from zhibu_graphql.cost import FREE_PARTS, is_connection
from zhibu_graphql.fields import TYPE_ASKS, Asks, TypeAsks
from zhibu_graphql.guarding import refusal
from zhibu_graphql.reading.listing import held

Behind = Callable[["Compiling", Any, Row, Asked], Part]
"""Makes the part of a field of its declaration."""


@dataclass(frozen=True, eq=False)
class Compiling:
    """Makes SQL of selections for one plan; `behind` knows the declarations, each by its own module."""

    plan: Plan
    selecting: Selecting
    arguments: Arguments
    behind: dict[type, Behind]
    of_scope: Callable[["Compiling", Any, Asked], Part]

    def object(self, kind: GraphQLObjectType, above: Asked | None, row: Row) -> Part:
        """An object of a type with what is asked below a key (None: the root), read from a row."""
        spent = Spent()
        pairs = []
        for asked in self._not_in_vain(kind, self.selecting.asked(kind, above)):
            part = self.field(kind, asked, row)
            spent.add(part.spent)
            pairs.append((asked.key, part))
        return Part(object_of(pairs), spent, written=True)

    def field(self, kind: GraphQLObjectType, asked: Asked, row: Row) -> Part:
        """One field of an object, behind its permission."""
        if asked.name == TYPENAME:
            return Part(f"{quoted(kind.name)}::text")
        free = is_connection(kind) and asked.name in FREE_PARTS
        asks = asked.asks
        if self._is_refused(kind, asks):
            return Part(self.refused(asked, refusal(asks)), written=True)
        refused = self._refused_at(kind, asks, row)
        part = self._behind(asked, row)
        spent = Spent(0 if free else asks.weight - (not is_composite_type(asked.inside)))
        spent.add(part.spent)
        if refused is not None:
            mark = self.refused(asked, refusal(asks))
            return Part(f"case when {refused} then {mark} else {part.text} end", spent, written=True)
        return replace(part, spent=spent)

    def refused(self, asked: Asked, error: ZhibuError) -> str:
        """What stands in the answer where a key is refused: the mark, and the number of the refusal."""
        error = error.with_traceback(None)  # it is kept as long as the plan, what raised it is not
        self.plan.refusals.append(Refusal(asked.nodes, asked.nulled, error))
        return f"to_json({self.plan.mark()} || '{SIGN}{len(self.plan.refusals) - 1}')::text"

    def _not_in_vain(self, kind: GraphQLObjectType, wanted: list[Asked]) -> list[Asked]:
        """The keys up to one that is refused and cannot be null: the object will be null, and nothing of it is read."""
        known = [one.name != TYPENAME and self._is_refused(kind, one.asks) for one in wanted]
        for number, one in enumerate(wanted):
            if known[number] and one.definition and is_non_null_type(one.definition.type):
                return [before for before, refused in zip(wanted[: number + 1], known, strict=False) if refused]
        return wanted

    def _is_refused(self, kind: GraphQLObjectType, asks: Asks) -> bool:
        """Whether the field is refused wherever the object stands."""
        return not _of_type(kind, asks) and not any(self.plan.asker.may(action) for action in asks.actions)

    def _refused_at(self, kind: GraphQLObjectType, asks: Asks, row: Row) -> str | None:
        """When the field is refused at the object's place; None where never."""
        asker, listing = self.plan.asker, row.listing
        if _of_type(kind, asks) or asks.lists or listing is None or "path" not in listing.columns:
            return None
        if any("" in asker.paths(action) for action in asks.actions):
            return None
        place = listing.columns["path"]
        allowed = conditions_of(listing.source, [or_(*(held(asker, action, place) for action in asks.actions))])
        return f"not {row.ref('(' + ' and '.join(allowed) + ')')}"

    def _behind(self, asked: Asked, row: Row) -> Part:
        behind = asked.asks.behind
        if behind is not None:
            make = self.behind.get(type(behind))
            if make is None:
                raise NotCompiled(asked.name)
            return make(self, behind, row, asked)
        if hasattr(row, "leaf"):
            return self.of_scope(self, row, asked)
        if asked.declared.base_resolver is not None or is_composite_type(asked.inside):
            raise NotCompiled(asked.name)
        return Part(leaf(asked.inside, row.attribute(asked.declared.python_name)))


def _of_type(kind: GraphQLObjectType, asks: Asks) -> bool:
    """Whether a field asks for no more than its type, which was asked for already."""
    of_type: TypeAsks = getattr(kind.extensions[DEFINITION].origin, TYPE_ASKS, TypeAsks(()))
    return asks.actions == of_type.actions


def leaf(kind: Any, written: str) -> str:
    """A column in its public form."""
    if isinstance(kind, GraphQLEnumType) or (isinstance(kind, GraphQLScalarType) and kind.name != "DateTime"):
        return written
    return f"({instant(written)})"


def form(_compiling: Compiling, behind: sql.Form, row: Row, asked: Asked) -> Part:
    """A uuid in a public form."""
    key = row.attribute(behind.attribute)
    if behind.form == "id":
        return Part(node_id(behind.tag or asked.cls.tag, key))
    return Part(f"replace({key}::text, '-', '')" if behind.form == "hex" else f"{key}::text")


def opened(compiling: Compiling, behind: sql.Opened, row: Row, _asked: Asked) -> Part:
    """What Python makes of columns after the database: the columns behind the mark, or null."""
    plan = compiling.plan
    plan.openers.append(behind.make)
    names = [row.ref(text_of(one)) for one in behind.columns]
    values = [
        f"encode({name}, 'hex')" if one.type.python_type is bytes else f"{name}::text"
        for name, one in zip(names, behind.columns, strict=True)
    ]
    return Part(f"{plan.mark()} || ':{len(plan.openers) - 1}:' || " + " || ':' || ".join(values))
