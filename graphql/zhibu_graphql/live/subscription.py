"""One subscription: runs its operation, sends the answer where it is another one, and sleeps until something changes."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from graphql import FieldNode, OperationType
from graphql.execution.values import get_argument_values, get_variable_values

from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.watching import Watch
from zhibu_core.words import Words
from zhibu_graphql.asking import Asked, asked
from zhibu_graphql.engine import Prepared, engine_for
from zhibu_graphql.fields import KEY
from zhibu_graphql.live.answering import answer_now
from zhibu_graphql.live.asker import Asker

LOOK_ANEW = 120.0
"""Seconds after which the asker is looked at though nothing was said to have changed: tokens and grants end by the clock."""

GATHER = 0.2
"""Seconds in which changes become one answer."""


class Ended(Exception):
    """The subscription must end with these errors."""

    def __init__(self, errors: list[Any]) -> None:
        super().__init__("ended")
        self.errors = errors


async def answers(
    platform: Platform, asker: Asker, given: Asked, *, prefix: str, locale: str
) -> AsyncIterator[msgspec.Raw]:
    """The answers, one whenever another than the last; ends where the object is gone, raises `Ended` where it is refused.

    Raises what `Engine.prepare` raises for an operation that must not be run, at first or after a plugin was switched off.
    """
    scope = await asker.scope()
    operation = await asked(platform, scope.tenant, given)
    engine = engine_for(platform.host)

    objects = _watched(engine.prepare(scope, operation))
    last = b""
    with platform.watching.watch(scope.tenant.id, objects) as watch:
        while True:
            anew, watch.anew, since = watch.anew, False, watch.woken
            watch.changed.clear()
            scope = await asker.scope(since if anew else None)
            answer = await answer_now(platform, engine, scope, operation, since, prefix=prefix, locale=locale)
            if answer.same != last:
                last = answer.same
                if answer.is_gone and answer.errors:  # who may not read the object will not be told of its changes
                    raise Ended(answer.errors)
                yield msgspec.Raw(answer.content)
            if answer.is_gone:
                return
            await _woken(watch, asker, scope)


async def _woken(watch: Watch, asker: Asker, scope: Scope) -> None:
    """Waits until the object changed, or what the asker may do; raises where that is nothing any more."""
    while not watch.changed.is_set():
        try:
            await asyncio.wait_for(watch.changed.wait(), LOOK_ANEW)
        except TimeoutError:
            watch.woken = time.monotonic()
            now = await asker.scope(watch.woken)
            if (now.grants, now.plugins) != (scope.grants, scope.plugins):
                return
    await asyncio.sleep(GATHER)


def _watched(prepared: Prepared) -> list[tuple[str, uuid.UUID]]:
    """What the operation watches; raises `InvalidInput` for one that is no subscription."""
    root = prepared.schema.subscription_type
    if prepared.chosen.operation is not OperationType.SUBSCRIPTION or root is None:
        raise InvalidInput(
            "only_subscriptions",
            Words(
                "这里只能订阅；查询和修改请用 POST。",
                "Only subscriptions run here; send queries and mutations by POST.",
            ),
        )
    definitions = prepared.chosen.variable_definitions or ()
    variables: Any = get_variable_values(prepared.schema, definitions, dict(prepared.operation.variables))
    found: list[tuple[str, uuid.UUID]] = []
    for node in prepared.chosen.selection_set.selections:
        if not isinstance(node, FieldNode) or node.name.value not in root.fields:
            raise InvalidInput(
                "subscription_root",
                Words("订阅的根字段须直接写明。", "A subscription names its root field directly."),
            )
        field = root.fields[node.name.value]
        arguments = get_argument_values(field, node, variables)
        objects = field.extensions[KEY].watches(arguments)
        found += [(kind, key) for kind, key in objects if key is not None]
    if not found:
        raise NotFound("not_found", Words("没有找到要订阅的对象。", "There is no such object to watch."))
    return found
