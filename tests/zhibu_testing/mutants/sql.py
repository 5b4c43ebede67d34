"""Mutants of hand-written SQL: one `tenant_id =` is taken out of a `text()` constant, and what sends it is sent again."""

import re
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlglot
from sqlalchemy import TextClause, event
from sqlglot import exp

from zhibu_core.tenancy.session import Database

PREDICATE = re.compile(r"(?<![\w.])(\w+\.)?tenant_id = :\w+")
Errand = Callable[[], Awaitable[object]]


def constants(tables: frozenset[str]) -> dict[str, TextClause]:
    """Every `text()` constant of the product that names a tenant table and a tenant, by module and name."""
    found: dict[str, TextClause] = {}
    for module in sorted(name for name in sys.modules if name.startswith("zhibu_") and "testing" not in name):
        for name, value in vars(sys.modules[module]).items():
            if isinstance(value, TextClause) and PREDICATE.search(value.text) and _names(value.text, tables):
                found.setdefault(f"{module}.{name}", value)
    return found


def _names(statement: str, tables: frozenset[str]) -> bool:
    return any(re.search(rf"\b{table}\b", statement) for table in tables)


async def senders(
    database: Database, known: Mapping[str, TextClause], errands: Mapping[str, Errand]
) -> dict[str, Errand]:
    """For each constant that some errand sends, one errand that does."""
    names = {id(clause): name for name, clause in known.items()}
    sent: set[str] = set()

    def note(_connection: object, clause: object, *_more: object) -> None:
        if id(clause) in names:
            sent.add(names[id(clause)])

    found: dict[str, Errand] = {}
    event.listen(database.engine.sync_engine, "before_execute", note)
    try:
        for errand in errands.values():
            sent.clear()
            await errand()
            for name in sent:
                found.setdefault(name, errand)
    finally:
        event.remove(database.engine.sync_engine, "before_execute", note)
    return found


@contextmanager
def without_one(clause: TextClause, which: int) -> Iterator[None]:
    """The constant with one of its predicates, wherever it is repeated, replaced by `true`."""
    kept = clause.text
    spots = list(PREDICATE.finditer(kept))
    said = spots[which % len(spots)].group()
    # Parts that statements are composed of say it again: all that say the same go together.
    _put(clause, re.sub(rf"(?<![\w.]){re.escape(said)}\b", "true", kept))
    try:
        yield
    finally:
        _put(clause, kept)


def _put(clause: TextClause, statement: str) -> None:
    clause.text = statement
    clause._reset_memoizations()  # the compiled form is kept by a key that the text is part of


def mutated_statements(statement: str, tables: frozenset[str]) -> Iterator[str]:
    """A statement as it was sent, with one after the other of its tenant predicates replaced by `true`.

    Where a statement has more predicates than tables, some say the same thing twice: those are left alone.
    """
    tree = sqlglot.parse_one(re.sub(r"\$\d+", "'p'", statement), dialect="postgres")
    named = Counter(table.name for table in tree.find_all(exp.Table) if table.name in tables and not table.db)
    spots = [equality for equality in tree.find_all(exp.EQ) if _on_tenant(equality)]
    if len(spots) > sum(named.values()):
        return
    for number in range(len(spots)):
        copied: Any = tree.copy()
        [equality for equality in copied.find_all(exp.EQ) if _on_tenant(equality)][number].replace(exp.true())
        yield copied.sql(dialect="postgres")


def _on_tenant(equality: exp.EQ) -> bool:
    sides = (equality.left, equality.right)
    return any(isinstance(side, exp.Column) and side.name == "tenant_id" for side in sides)
