"""Sessions bound to one tenant: the engine's listener sends app.bind first, the session adds the tenant to ORM statements."""

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria

from zhibu_core.tenancy.guard import UnboundTenant, model_names
from zhibu_core.tenancy.limits import WEB, Limits, limits_here
from zhibu_core.tenancy.models import TenantOwned
from zhibu_core.tenancy.reading import Readers

UNBOUND = "tenant"
CONNECTION = "connection"
"""Where a session knows the connection of its running transaction: no greenlet is needed to reach the driver."""

LIMITS = "limits"
BESIDE_READS = 4
"""Connections that reads never take (`tenancy/reading.py`): sessions need some while everybody reads."""


class Database:
    """The runtime's pool of connections (role app_rt), and the only maker of sessions.

    Of its `pool_size` and four more connections, which are made when they are needed, reads take `pool_size` at most.
    """

    def __init__(self, url: str, *, pool_size: int = 8, application: str = "zhibu", limits: Limits = WEB) -> None:
        self.url = url
        self.limits = limits
        self.engine: AsyncEngine = create_async_engine(
            _sqlalchemy_url(url),
            pool_size=pool_size + BESIDE_READS,
            max_overflow=0,
            pool_use_lifo=True,  # the one used last has its plans at hand
            pool_timeout=2,
            pool_pre_ping=True,
            json_deserializer=msgspec.json.decode,
            connect_args={
                "server_settings": {"application_name": application, "jit": "off", **limits.as_settings()},
            },
        )
        event.listen(self.engine.sync_engine, "begin", _bind)
        self.readers = Readers(self.engine, pool_size)
        self.info: dict[str, Any] = {}
        """What every session knows beside its tenant (`session.info`); the platform fills it once."""

    @asynccontextmanager
    async def session(
        self, tenant_id: uuid.UUID, *, snapshot: bool = False, limits: Limits | None = None
    ) -> AsyncIterator[AsyncSession]:
        """One transaction of one tenant: commits at the end of the block, rolls back when it raises.

        All statements of a `snapshot` see the database as it was at the first. `limits` are by default those of the
        surrounding `working_under`, else the process's own.
        """
        options = {"tenant": tenant_id} | ({"isolation_level": "REPEATABLE READ"} if snapshot else {})
        async with self._session(options, tenant_id, limits) as session, session.begin():
            yield session

    @asynccontextmanager
    async def system_session(self) -> AsyncIterator[AsyncSession]:
        """A transaction of no tenant: sees the global tables and nothing of any tenant."""
        async with self._session({"tenant": None}, None) as session, session.begin():
            yield session

    def _session(
        self, options: Mapping[str, Any], tenant: uuid.UUID | None, limits: Limits | None = None
    ) -> AsyncSession:
        info = {**self.info, "tenant": tenant}
        wanted = limits or limits_here() or self.limits
        engine = self.engine.execution_options(**options, **({LIMITS: wanted} if wanted != self.limits else {}))
        return AsyncSession(engine, expire_on_commit=False, sync_session_class=TenantSession, info=info)

    async def close(self) -> None:
        """Closes every connection of the pool."""
        await self.readers.close()
        await self.engine.dispose()


class TenantSession(Session):
    """A session whose ORM statements on tenant tables carry `tenant_id = …` and which refuses them when unbound."""


@event.listens_for(TenantSession, "do_orm_execute")
def _filter_by_tenant(state: ORMExecuteState) -> None:
    tenant: uuid.UUID | None = state.session.info["tenant"]
    if tenant is None:
        if names := model_names(state):
            raise UnboundTenant(names)
        return
    if state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    state.statement = state.statement.options(
        with_loader_criteria(TenantOwned, lambda model: model.tenant_id == tenant, include_aliases=True)
    )


@event.listens_for(TenantSession, "before_flush")
def _own_new_rows(session: Session, _context: Any, _instances: Any) -> None:
    tenant: uuid.UUID | None = session.info["tenant"]
    for row in session.new:
        if not isinstance(row, TenantOwned):
            continue
        if tenant is None:
            raise UnboundTenant([type(row).__name__])
        if row.tenant_id is None:
            row.tenant_id = tenant
        elif row.tenant_id != tenant:
            raise UnboundTenant([type(row).__name__])


@event.listens_for(TenantSession, "after_begin")
def _keep_connection(session: Session, _transaction: Any, connection: Connection) -> None:
    session.info[CONNECTION] = connection


@event.listens_for(TenantSession, "after_transaction_end")
def _drop_connection(session: Session, transaction: SessionTransaction) -> None:
    # Given back to the pool: the next who borrows it is another tenant's.
    if transaction.parent is None:
        session.info.pop(CONNECTION, None)


def tenant_of(session: AsyncSession) -> uuid.UUID:
    """The tenant that a session is bound to; raises `UnboundTenant` for a system session."""
    tenant: uuid.UUID | None = session.info["tenant"]
    if tenant is None:
        raise UnboundTenant(["session"])
    return tenant


def instant_of(session: AsyncSession) -> dt.datetime:
    """The one instant, UTC, that facts, their ends and events written in this session carry: taken when first asked."""
    instant: dt.datetime = session.info.setdefault("instant", dt.datetime.now(dt.UTC))
    return instant


async def give_time(session: AsyncSession, limits: Limits) -> None:
    """These limits for the rest of the session's transaction: for what is known only once it has begun."""
    for statement in limits.as_statements():
        await session.execute(text(statement))


def _bind(connection: Connection) -> None:
    options = connection.get_execution_options()
    if UNBOUND not in options:
        raise UnboundTenant(["connection"])
    if options[UNBOUND] is not None:
        connection.execute(text("select app.bind(:tenant)"), {"tenant": options[UNBOUND]})
    if LIMITS in options:
        for statement in options[LIMITS].as_statements():
            connection.exec_driver_sql(statement)


def _sqlalchemy_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)
