"""How root fields of subscriptions are declared: as a query's, and with what they watch."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import strawberry

from zhibu_graphql.fields import KEY, Asks, Decorator

Objects = Iterable[tuple[str, uuid.UUID | None]]
"""Kinds and ids of objects, as `zhibu_core.tenancy.changes` speaks of them; no id where what was given is none."""


def live(
    *actions: str, description: str, watches: Callable[[Mapping[str, Any]], Objects], behind: Any = None
) -> Decorator:
    """A root field of Subscription by a resolver, which reads the object as it is now and takes `info`.

    `behind`: what the resolver does, said for the compiler (`sql.OfId`): then those who watch the same share one statement.

    `watches` makes of the field's arguments what wakes it; the resolver runs again then, and the answer is sent where it
    is another one. The object ends the subscription when it can no longer be read.
    """
    asks = Asks(actions, lists=True, behind=behind, watches=watches)
    made: Decorator = strawberry.field(description=description, metadata={KEY: asks})
    return made
