"""Opaque cursors that hold a row's place in order: the same at the endpoint and on pages, which import no GraphQL for them."""

from collections.abc import Sequence
from typing import Any

import msgspec

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words
from zhibu_graphql.ids import decode, encode


def write_cursor(place: tuple[Any, ...]) -> str:
    """A place in order as a cursor."""
    return encode(msgspec.json.encode(place))


def read_cursor(text: str, types: Sequence[type]) -> tuple[Any, ...]:
    """The place of a cursor; raises `InvalidInput` for a cursor of another list."""
    try:
        raw = msgspec.json.decode(decode(text) or b"", type=list[Any])
        if len(raw) != len(types):
            raise ValueError("of another list")
        return tuple(msgspec.convert(value, kind) for value, kind in zip(raw, types, strict=True))
    except (msgspec.ValidationError, msgspec.DecodeError, ValueError):
        raise InvalidInput(
            "cursor",
            Words(
                "游标无效。请使用同一列表返回的 endCursor。",
                "The cursor is not valid. Use the endCursor that the same list gave.",
            ),
            field="after",
        ) from None
