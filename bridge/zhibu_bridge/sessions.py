"""Which sessions of a provider became which of ours, so that a sign-out there can be told on; in memory, half a day."""

import time
from dataclasses import dataclass

LASTS = 12 * 3600.0
MOST = 20_000


@dataclass(frozen=True)
class Opened:
    """A session that a client opened: its subject, and the `sid` that the ID token carried."""

    subject: str
    session_id: str
    at: float


class Sessions:
    """Of one source, by the provider's name for the session."""

    def __init__(self) -> None:
        self._opened: dict[str, Opened] = {}

    def keep(self, session: str, opened: Opened) -> None:
        """Notes a session; the oldest are forgotten."""
        while len(self._opened) >= MOST:
            self._opened.pop(next(iter(self._opened)))
        self._opened[session] = opened

    def end(self, session: str) -> Opened | None:
        """What the session was, once; None for an unknown or old one."""
        opened = self._opened.pop(session, None)
        return opened if opened and time.monotonic() - opened.at <= LASTS else None
