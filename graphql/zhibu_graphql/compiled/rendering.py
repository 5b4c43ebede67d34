"""SQL expressions of declarations as text, constants in their place and parameters as `$n`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, FromClause, and_, literal_column, select
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, True_
from sqlalchemy.sql.operators import and_ as and_operator
from sqlalchemy.sql.operators import eq
from sqlalchemy.sql.selectable import Alias, Join, SelectBase
from sqlalchemy.sql.visitors import iterate

from zhibu_core.bounded import Bounded

DIALECT: Any = asyncpg.dialect()  # type: ignore[no-untyped-call]
MARKED = "¶"
MARK = f"'{MARKED}'"
_MARK: Any = literal_column(MARK)
_BETWEEN = re.compile(rf"\s*(?:AND )?{MARK}(?: AND )?\s*")
_KNOWN: Bounded[int, tuple[Any, str]] = Bounded(4_000)
_SOURCES: Bounded[int, tuple[FromClause, list["Joined"]]] = Bounded(500)


def text_of(expression: Any, source: FromClause | None = None) -> str:
    """An expression of a source without parameters; of those that are tied to nothing else, each is compiled once."""
    known = _KNOWN.get(id(expression))
    if known is None:
        if source is None or isinstance(expression, Column) or not _has_select(expression):
            return _KNOWN.put(id(expression), (expression, _compiled(expression)))[1]
        written = _compiled(select(expression.label(MARKED)).select_from(source))
        return written.rsplit(f' AS "{MARKED}"', 1)[0].removeprefix("SELECT ")
    return known[1]


def _has_select(expression: Any) -> bool:
    return any(isinstance(part, SelectBase) for part in iterate(expression))


def _compiled(expression: Any) -> str:
    return str(expression.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


def conditions_of(source: FromClause, conditions: Sequence[Any]) -> list[str]:
    """Conditions on a source, as they are written in its `where`; those that always hold are left out."""
    given = [condition for condition in conditions if not isinstance(condition, True_)]
    if not given:
        return []
    together = and_(*(part for condition in given for part in (_MARK, condition)))
    written = _compiled(together)
    if "SELECT" in written:  # sub-selects know what they are tied to by what stands around them
        written = _compiled(select(literal_column("1")).select_from(source).where(together))
    if MARK not in written:
        return ["false"]
    pieces = _BETWEEN.split(written.split(MARK, 1)[1] + " ")
    return [stripped for piece in pieces if (stripped := piece.strip().removeprefix("AND ").strip())]


@dataclass(frozen=True, slots=True)
class Joined:
    """One table of a source: its alias, how it is joined, and whether it can be left out where nothing names it."""

    alias: str
    written: str
    on: str | None = None
    outer: bool = False
    can_go: bool = False


def joined_in(source: FromClause) -> list[Joined]:
    """The tables of a source in the order of joining; all at once where one of them is a sub-select."""
    known = _SOURCES.get(id(source))
    return known[1] if known else _SOURCES.put(id(source), (source, _joined(source)))[1]


def _joined(source: FromClause) -> list[Joined]:
    if not isinstance(source, Join):
        table: Any = source
        return [Joined(str(table.name), _table(table))]
    right: Any = source.right
    on: Any = source.onclause
    others = joined_in(source.left)
    if not isinstance(right, Alias) or not others[0].alias:
        return [Joined("", _table(source))]
    return [
        *others,
        Joined(str(right.name), _table(right), text_of(on), source.isouter, _finds_one(on, right, source.isouter)),
    ]


def _table(table: Any) -> str:
    if isinstance(table, Alias):
        element: Any = table.element
        return f"{element.name} {table.name}"
    return _compiled(select(literal_column("1")).select_from(table)).split("FROM ", 1)[1]


def _finds_one(on: Any, right: Any, outer: bool) -> bool:
    """Whether a join by the key (tenant_id, id) finds exactly one row, so that nothing changes without it."""
    pairs = on.clauses if isinstance(on, BooleanClauseList) and on.operator is and_operator else ()
    named = set()
    for pair in pairs:
        if not isinstance(pair, BinaryExpression) or pair.operator is not eq:
            return False
        sides = [side for side in (pair.left, pair.right) if isinstance(side, Column)]
        own = [side for side in sides if side.table is right]
        if len(sides) < 2 or len(own) != 1:
            return False
        named.add(own[0].name)
    return named == {"tenant_id", "id"} and (
        outer or all(not side.nullable for pair in pairs for side in (pair.left, pair.right) if side.table is not right)
    )
