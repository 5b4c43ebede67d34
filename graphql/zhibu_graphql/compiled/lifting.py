"""Lifts the literals out of a document's text, so that texts which differ in values only are one."""

import re

from graphql import GraphQLError, parse_value

from zhibu_graphql.compiled.shapes import Unfit

LITERAL = re.compile(
    r'("""(?:\\"""|[^"]|"(?!""))*"""|"(?:[^"\\\n\r]|\\.)*"|#[^\n\r]*|(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)'
)
"""A string, a block string, a comment (which goes with them), or a number that is not the end of a name."""

HOLE = "\0"
Skeleton = tuple[str, str]
"""The text with holes for its literals, and of which kind each of them is."""


def lifted(text: str) -> tuple[Skeleton, list[str]]:
    """A text's skeleton and its literals, as written."""
    parts = LITERAL.split(text)
    literals = parts[1::2]
    return (HOLE.join(parts[::2]), "".join(map(kind_of, literals))), literals


def starts(text: str) -> list[int]:
    """Where the literals of a text begin, in the order of `lifted`."""
    return [found.start() for found in LITERAL.finditer(text)]


def kind_of(literal: str) -> str:
    """s(tring), c(omment), i(nteger) or f(loat)."""
    first = literal[0]
    if first == '"':
        return "s"
    if first == "#":
        return "c"
    return "i" if literal.lstrip("-").isdigit() else "f"


def value_of(literal: str) -> str | int | float:
    """The value of a literal; raises `Unfit` for what GraphQL does not read."""
    if literal[0] == '"':
        if "\\" not in literal and not literal.startswith('""'):
            return literal[1:-1]
        try:
            return str(parse_value(literal).value)  # type: ignore[attr-defined]
        except GraphQLError:
            raise Unfit from None
    if kind_of(literal) == "i":
        if literal.lstrip("-").startswith("0") and literal.lstrip("-") != "0":
            raise Unfit
        return int(literal)
    return float(literal)
