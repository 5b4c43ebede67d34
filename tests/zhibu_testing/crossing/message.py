"""A message between two tenants whose courier is killed on the way: what is done, what follows, and where it is killed."""

import uuid
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from zhibu_testing.agreeing import World

HALVES = ("taken", "written", "received", "settled")
"""After the sender's half; amid the receiver's, not committed; after it; after the sender's other one."""

RECEIVING = ("written", "received")


class Message(NamedTuple):
    """What is done on one side (the answer is the agreement); the message that follows, of which kind, by which side (or by both);
    where its courier is killed; the event by which the other side's plugin has `heard` of it.
    """

    deed: Callable[[World], Awaitable[uuid.UUID]]
    kind: str
    sender: str = "home"
    stops: tuple[str, ...] = HALVES
    heard: str = "space.received"
