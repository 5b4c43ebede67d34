"""Who brings a letter, and what becomes of it: taken, refused by name, or later."""

import uuid
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Outcome:
    """What became of a letter; `later` is no try: something here is switched off, `problem` says what."""

    state: Literal["accepted", "refused", "later"]
    problem: str | None = None


@dataclass(frozen=True)
class Sender:
    """The tenant that the courier took the letters from: who sends is never what a letter says."""

    tenant: uuid.UUID
    name: str


class Refused(Exception):
    """The letter is not taken; `reason` is a key that both sides' ledgers show (`crossings.REASONS`)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotYet(Exception):
    """A letter that overtook the one it stands on; the courier brings it again."""
