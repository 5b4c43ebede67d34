"""SQL for single values of an answer: leaves in their public form, ids, cursors, objects."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from zhibu_graphql.compiled.rows import NotCompiled


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
    """A part of the answer as an SQL expression: JSON `written` out as text, or a value that becomes JSON; what it counts."""

    sql: str
    spent: Spent = field(default_factory=Spent)
    written: bool = False

    @property
    def text(self) -> str:
        """The part as JSON in text; null for none."""
        return self.sql if self.written else f"to_json({self.sql})::text"


def quoted(text: str) -> str:
    """A text of the document's or of ours as an SQL constant."""
    return "'" + text.replace("'", "''") + "'"


# Texts put together cost less than functions that build JSON, which look the types of what they are given up each time.
def object_of(parts: Sequence[tuple[str, Part]]) -> str:
    """An object of keys and parts, as text; never null."""
    pieces = [
        quoted(("," if number else "{") + f'"{key}":') + f" || coalesce({part.text}, 'null')"
        for number, (key, part) in enumerate(parts)
    ]
    return " || ".join([*pieces, quoted("}" if parts else "{}")])


def list_of(element: str, condition: str = "") -> str:
    """The list of an element, a text, over rows; `condition` is an aggregate's filter. Never null."""
    return f"'[' || coalesce(string_agg({element}, ','){condition}, '') || ']'"


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
