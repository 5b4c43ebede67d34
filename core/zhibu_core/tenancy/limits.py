"""How long the database may work, and wait in an open transaction, for each purpose (tenancy-security.md 9)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Seconds: of one `statement`, and of a transaction that is `idle` between two."""

    statement: float
    idle: float

    def as_settings(self) -> dict[str, str]:
        """PostgreSQL's settings of a connection or transaction."""
        return {
            "statement_timeout": f"{round(self.statement * 1000)}ms",
            "idle_in_transaction_session_timeout": f"{round(self.idle * 1000)}ms",
        }

    def as_statements(self) -> list[str]:
        """What sets them for one transaction."""
        return [f"set local {name} = '{value}'" for name, value in self.as_settings().items()]


WEB = Limits(statement=5, idle=10)
"""Pages, GraphQL and SCIM: somebody waits."""

REPORT = Limits(statement=60, idle=10)
"""What reads very many rows while somebody waits: a route says it by `opt={"limits": REPORT}`."""

JOB = Limits(statement=60, idle=60)
"""Events, jobs and what runs by the clock; some sign or seal between two statements."""

COMMAND = Limits(statement=600, idle=600)
"""Imports, archives, erasures and whatever else an operator starts and watches."""

_here: ContextVar[Limits | None] = ContextVar("limits", default=None)


@contextmanager
def working_under(limits: Limits) -> Iterator[None]:
    """Every session that is opened inside has these limits, unless it names its own."""
    before = _here.set(limits)
    try:
        yield
    finally:
        _here.reset(before)


def limits_here() -> Limits | None:
    """Those of the innermost `working_under`; None where nothing but the process's own are set."""
    return _here.get()
