"""SQL for single values of an answer: leaves in their public form, ids, cursors, objects."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from zhibu_graphql.compiled.rows import NotCompiled

MOST_KEYS = 50
"""Keys that one json_build_object takes."""


@dataclass
class Spent:
    """What a part of the answer counts in the cost: a number, and SQL for what depends on rows."""

    fixed: int = 0
    varying: list[str] = field(default_factory=list)

    def add(self, other: "Spent") -> None:
        """Counts another part as well."""
        self.fixed += other.fixed
        self.varying += other.varying

    def sql(self) -> str:
        """The sum."""
        return " + ".join([*([str(self.fixed)] if self.fixed or not self.varying else []), *self.varying])


@dataclass(frozen=True)
class Part:
    """A part of the answer: JSON (or what becomes JSON) as an SQL expression, and what it counts."""

    sql: str
    spent: Spent = field(default_factory=Spent)


def quoted(text: str) -> str:
    """A text of the document's or of ours as an SQL constant."""
    return "'" + text.replace("'", "''") + "'"


def object_of(parts: Sequence[tuple[str, str]]) -> str:
    """An object of (key, expression); of many keys in pieces, whose braces are taken off where they meet."""
    pieces = [parts[start : start + MOST_KEYS] for start in range(0, len(parts), MOST_KEYS)] or [parts]
    built = ["json_build_object(" + ", ".join(f"{quoted(key)}, {sql}" for key, sql in piece) + ")" for piece in pieces]
    if len(built) == 1:
        return built[0]
    inner = " || ', ' || ".join(f"right(left({one}::text, -1), -1)" for one in built)
    return f"('{{' || {inner} || '}}')::json"


def instant(column: str) -> str:
    """A timestamptz as Python's isoformat writes it, in UTC."""
    utc = f"({column} at time zone 'UTC')"
    fraction = (
        f"case when date_part('microseconds', {utc})::bigint % 1000000 = 0 then '' else to_char({utc}, '.US') end"
    )
    return f"to_char({utc}, 'YYYY-MM-DD\"T\"HH24:MI:SS') || {fraction} || '+00:00'"


def _url(raw: str) -> str:
    """Bytes as base64url without padding and line ends."""
    return f"translate(encode({raw}, 'base64'), E'+/=\\n', '-_')"


def node_id(tag: str, key: str) -> str:
    """The id of a node (`zhibu_graphql.ids`)."""
    return _url(f"({quoted(tag + ':')}::bytea || uuid_send({key}))")


def cursor(places: Sequence[str], kinds: Sequence[type]) -> str:
    """The cursor of a place in order (`zhibu_graphql.paging`)."""
    written = " || ',' || ".join(_place(sql, kind) for sql, kind in zip(places, kinds, strict=True))
    return _url(f"convert_to('[' || {written} || ']', 'UTF8')")


def _place(sql: str, kind: type) -> str:
    if kind is str:
        return f"to_json({sql})::text"
    if kind is int:
        return f"{sql}::text"
    if kind is dt.datetime:
        return f"'\"' || replace({instant(sql)}, '+00:00', 'Z') || '\"'"
    if kind in (uuid.UUID, dt.date):
        return f"'\"' || {sql} || '\"'"
    raise NotCompiled(f"a cursor of {kind.__name__}")
