"""What of a value shapes a plan: of most only that there is one, of numbers and truth values the value itself."""

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLEnumType, GraphQLNonNull, GraphQLScalarType, Undefined

from zhibu_graphql.ids import split_id

TYPES: dict[str, type] = {
    "String": str, "ID": str, "Int": int, "Boolean": bool, "Float": float, "Date": dt.date, "DateTime": dt.datetime,
}  # fmt: skip


class _Sign(enum.Enum):
    """What stands in a shape instead of a value."""

    GIVEN = "given"
    LEFT_OUT = "left out"

    __hash__ = object.__hash__  # an enum's own is written in Python, and every look for a plan takes some


GIVEN, LEFT_OUT = _Sign.GIVEN, _Sign.LEFT_OUT


class Unfit(Exception):
    """A value that is to be looked at by the ordinary way, which knows what to say of it."""


@dataclass(frozen=True, eq=False)
class InputOf:
    """A variable or lifted literal: its type, and whether its value or the tag of its id shapes the plan."""

    declared: Any
    default: Any = Undefined
    by_value: bool = False
    by_tag: bool = False

    @property
    def bare(self) -> Any:
        """The type without non-null."""
        return self.declared.of_type if isinstance(self.declared, GraphQLNonNull) else self.declared

    @property
    def kind(self) -> type:
        """The Python type of its values."""
        return str if isinstance(self.bare, GraphQLEnumType) else TYPES[self.bare.name]

    def reader(self) -> Callable[[Any], tuple[Any, Any]]:
        """What gives (detail of the shape, value) of a raw value, `Undefined` for none; raises `Unfit`."""
        coerce, required = _coercion(self.bare), isinstance(self.declared, GraphQLNonNull)
        by_value, by_tag, default = self.by_value or self.kind is bool, self.by_tag, self.default

        def read(raw: Any) -> tuple[Any, Any]:
            if raw is Undefined:
                if required and default is Undefined:
                    raise Unfit
                if default is Undefined:
                    return LEFT_OUT, None
                raw = default
            if raw is None:
                if required:
                    raise Unfit
                return None, None
            value = coerce(raw)
            if by_value or value == "":
                return value, value
            if by_tag:
                found = split_id(value)
                return (found[0] if found else ""), value
            return GIVEN, value

        return read


def _coercion(kind: Any) -> Callable[[Any], Any]:
    if isinstance(kind, GraphQLEnumType):
        words = {name: getattr(value.value, "value", value.value) for name, value in kind.values.items()}
        return lambda raw: _word(words, raw)
    if isinstance(kind, GraphQLScalarType) and kind.name in TYPES:
        plain = _PLAIN.get(kind.name)
        return plain or (lambda raw: _parsed(kind, raw))
    raise Unfit


def _word(words: dict[str, Any], raw: Any) -> Any:
    if not isinstance(raw, str) or raw not in words:
        raise Unfit
    return words[raw]


def _parsed(kind: GraphQLScalarType, raw: Any) -> Any:
    try:
        return kind.parse_value(raw)
    except Exception:  # whatever a scalar says of a value, the ordinary way says it in words
        raise Unfit from None


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or "\0" in raw:
        raise Unfit
    return raw


def _whole(raw: Any) -> int:
    if type(raw) is not int or not -(2**31) <= raw < 2**31:
        raise Unfit
    return raw


def _truth(raw: Any) -> bool:
    if type(raw) is not bool:
        raise Unfit
    return raw


_PLAIN: dict[str, Callable[[Any], Any]] = {"String": _text, "ID": _text, "Int": _whole, "Boolean": _truth}
