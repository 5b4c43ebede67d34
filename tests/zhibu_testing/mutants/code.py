"""Mutants of the code: what binds sessions and adds the tenant is taken away, one part at a time, in this process."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from sqlalchemy import event, text
from sqlalchemy.orm import with_loader_criteria

from zhibu_core.tenancy import bulk, session
from zhibu_core.tenancy.session import Database, TenantSession

ANOTHER = uuid.UUID(int=1)


@contextmanager
def _without(target: Any, name: str, listener: Callable[..., Any]) -> Iterator[None]:
    event.remove(target, name, listener)
    try:
        yield
    finally:
        event.listen(target, name, listener)


@contextmanager
def _binding(database: Database, tenant: uuid.UUID) -> Iterator[None]:
    """Every transaction is bound to one tenant, whoever asks."""

    def bind(connection: Any) -> None:
        if connection.get_execution_options().get("tenant"):
            connection.execute(text("select app.bind(:tenant)"), {"tenant": tenant})

    engine = database.engine.sync_engine
    with _without(engine, "begin", session._bind):
        event.listen(engine, "begin", bind)
        try:
            yield
        finally:
            event.remove(engine, "begin", bind)


@contextmanager
def _reads_only() -> Iterator[None]:
    """The filter is added to selects, and not to updates and deletes."""

    def filtered(state: Any) -> None:
        if state.is_select or not state.session.info["tenant"]:
            session._filter_by_tenant(state)

    with _without(TenantSession, "do_orm_execute", session._filter_by_tenant):
        event.listen(TenantSession, "do_orm_execute", filtered)
        try:
            yield
        finally:
            event.remove(TenantSession, "do_orm_execute", filtered)


def code_mutants(database: Database, home: uuid.UUID) -> dict[str, Any]:
    """Name and context manager of each."""
    engine = database.engine.sync_engine
    criteria: Any = with_loader_criteria
    bare = partial(_unfiltered, bulk.Arrays.insertion)
    return {
        "session: no tenant filter": _without(TenantSession, "do_orm_execute", session._filter_by_tenant),
        "session: filter on reads only": _reads_only(),
        "session: aliases not filtered": patch.object(
            session, "with_loader_criteria", lambda *given, **_more: criteria(*given, include_aliases=False)
        ),
        "session: filter names nobody": patch.object(
            session, "with_loader_criteria", lambda model, *_given, **_more: criteria(model, lambda m: m.id == m.id)
        ),
        "session: new rows not owned": _without(TenantSession, "before_flush", session._own_new_rows),
        "session: never bound": _without(engine, "begin", session._bind),
        "session: bound to another": _binding(database, ANOTHER),
        "session: all bound to one": _binding(database, home),
        "session: unbound models not refused": patch.object(session, "model_names", lambda _state: []),
        "bulk: insert names no tenant": patch.object(
            bulk.Arrays, "insertion", lambda self, on_conflict: bare(self, on_conflict)
        ),
        "bulk: update names no tenant": _update_without_tenant(),
    }


def _unfiltered(own: Any, arrays: Any, on_conflict: str) -> str:
    statement: str = own(arrays, on_conflict)
    return statement.replace("where a.tenant_id = $1", "where $1::uuid is not null")


@contextmanager
def _update_without_tenant() -> Iterator[None]:
    raw = bulk.raw_connection

    class Loose:
        """The driver's connection, with the tenant taken out of what is sent."""

        def __init__(self, connection: Any) -> None:
            self._connection = connection

        async def execute(self, statement: str, *given: Any) -> Any:
            return await self._connection.execute(
                statement.replace("where x.tenant_id = $1 and", "where $1::uuid is not null and"), *given
            )

    async def loose(asked: Any) -> Loose:
        return Loose(await raw(asked))

    with patch.object(bulk, "raw_connection", loose):
        yield
