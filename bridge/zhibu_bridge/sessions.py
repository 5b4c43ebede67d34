"""Which sessions of a provider became which of ours, so that a sign-out there can be told on; for half a day."""

import msgspec

from zhibu_bridge.shelf import InMemory, Shelf

LASTS = 12 * 3600.0
MOST = 20_000


class Opened(msgspec.Struct, frozen=True):
    """A session that a client opened: its subject, and the `sid` that the ID token carried."""

    subject: str
    session_id: str


class Sessions:
    """Of one source, by the provider's name for the session; by default in the memory of one process."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or InMemory(LASTS, MOST)

    def keep(self, session: str, opened: Opened) -> None:
        """Notes a session."""
        self._shelf.put(session, msgspec.json.encode(opened))

    def end(self, session: str) -> Opened | None:
        """What the session was, once; None for an unknown or old one."""
        content = self._shelf.take(session)
        return msgspec.json.decode(content, type=Opened) if content is not None else None
