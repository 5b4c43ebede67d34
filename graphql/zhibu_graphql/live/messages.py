"""The words of graphql-transport-ws: messages from the client, messages to it, and why a connection is closed."""

from typing import Any

import msgspec

PROTOCOL = "graphql-transport-ws"
INVALID, UNAUTHORIZED, FORBIDDEN, NOT_IN_TIME, TAKEN, TOO_MANY, NO_SUBPROTOCOL = (
    4400,
    4401,
    4403,
    4408,
    4409,
    4429,
    4406,
)
TOO_SLOW, TOO_FULL = 4410, 4503
"""Ours: the client does not take what it is sent; the process has as many connections as it will."""


class Closing(Exception):
    """The connection must end, with a code and a reason for people."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Said(msgspec.Struct):
    """A message of the client."""

    type: str
    id: str | None = None
    payload: Any = None


def read_message(text: str) -> Said:
    """A message; raises `Closing` for what is none."""
    try:
        return msgspec.json.decode(text, type=Said)
    except msgspec.DecodeError:
        raise Closing(INVALID, "A message is a JSON object with a type.") from None


def message(kind: str, key: str | None = None, payload: Any = None) -> str:
    """A message as text."""
    parts = {"type": kind} | ({"id": key} if key else {}) | ({} if payload is None else {"payload": payload})
    return msgspec.json.encode(parts).decode()
