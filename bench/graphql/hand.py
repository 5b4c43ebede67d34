"""The hand-written statements of hand.sql, by operation, with the types of their parameters."""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

READ: dict[str, Callable[[str], Any]] = {"uuid": uuid.UUID, "text": str, "date": dt.date.fromisoformat}


@dataclass(frozen=True)
class Statement:
    """A statement; `types` are PostgreSQL's names of its parameters, the tenant's first."""

    types: tuple[str, ...]
    sql: str

    def typed(self, arguments: Sequence[str | None]) -> list[Any]:
        """The arguments as asyncpg takes them."""
        return [None if text is None else READ[kind](text) for kind, text in zip(self.types, arguments, strict=True)]

    @property
    def cast(self) -> str:
        """The statement with the types written to its parameters, for a driver that asks the server for them."""
        return re.sub(r"\$(\d)", lambda found: f"{found[0]}::{self.types[int(found[1]) - 1]}", self.sql)


def read_statements(text: str) -> dict[str, Statement]:
    """Statements by name: each below a line `-- name: types`."""
    found = re.split(r"^-- (\w+): ([\w, ]+)$", text, flags=re.MULTILINE)[1:]
    parts = zip(found[::3], found[1::3], found[2::3], strict=True)
    return {name: Statement(tuple(types.split(", ")), sql.strip()) for name, types, sql in parts}


STATEMENTS = read_statements((Path(__file__).parent / "hand.sql").read_text(encoding="utf-8"))
