"""In demos, a header says which way an operation went and what it cost: `Zhibu-Way: compiled; statements=1`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import event

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope, Tenant

HEADER = "Zhibu-Way"
_written: ContextVar[int] = ContextVar("written", default=0)
_sent: ContextVar[list[str] | None] = ContextVar("sent", default=None)


def wrote(statements: int) -> None:
    """How many statements the read that is under way wrote beside its own: what the audit says of it."""
    _written.set(statements)


def compiled_way(tenant: Tenant) -> dict[str, str]:
    """The header of an answer by one statement, and by what it wrote."""
    return {HEADER: f"compiled; statements={1 + _written.get()}"} if tenant.is_demo else {}


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
