"""In demos, a header says which way an operation went and what it cost: `Zhibu-Way: compiled; statements=1`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope

HEADER = "Zhibu-Way"
_sent: ContextVar[list[str] | None] = ContextVar("sent", default=None)


def compiled_way(scope: Scope) -> dict[str, str]:
    """The header of an answer by one statement."""
    return {HEADER: "compiled; statements=1"} if scope.tenant.is_demo else {}


@contextmanager
def resolvers_way(platform: Platform, scope: Scope) -> Iterator[dict[str, str]]:
    """The header of an answer by resolvers, once the block has run: binding the tenant counts as well."""
    header: dict[str, str] = {}
    if not scope.tenant.is_demo:
        yield header
        return
    engine = platform.database.engine.sync_engine
    sent: list[str] = []
    before = _sent.set(sent)
    event.listen(engine, "before_cursor_execute", _note)
    try:
        yield header
    finally:
        event.remove(engine, "before_cursor_execute", _note)
        _sent.reset(before)
        header[HEADER] = f"resolvers; statements={len(sent)}"


def _note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
    sent = _sent.get()
    if sent is not None:
        sent.append(statement)
