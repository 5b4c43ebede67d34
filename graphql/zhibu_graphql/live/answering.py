"""The answer to a subscription as the object is now: by one statement, shared by all whom it answers alike, or by resolvers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.buckets import BucketEmpty
from zhibu_graphql.compiled.reads import Read
from zhibu_graphql.compiled.running import OnlyResolvers, Result, likeness, run
from zhibu_graphql.context import Context
from zhibu_graphql.engine import Engine, Operation
from zhibu_graphql.live.asker import AT_ONCE
from zhibu_graphql.live.sharing import Sharing

_reads: Sharing[Result] = Sharing()


@dataclass(frozen=True)
class Answer:
    """`content` as it is sent; `same` is what it is compared by; `is_gone` if nothing of what was asked for is there."""

    content: bytes
    same: bytes
    is_gone: bool
    errors: list[Any]


async def answer_now(
    platform: Platform, engine: Engine, scope: Scope, operation: Operation, since: float, *, prefix: str, locale: str
) -> Answer:
    """The operation's answer, read at `since` (monotonic seconds) or later; where the client's points do not suffice, once
    they do. Raises what `Engine.prepare` raises.
    """
    while True:
        try:
            return await _by_statement(
                platform, engine, scope, operation, since, prefix, locale
            ) or await _by_resolvers(platform, engine, scope, operation, prefix, locale)
        except BucketEmpty as empty:
            await asyncio.sleep(empty.seconds)


async def _by_statement(
    platform: Platform, engine: Engine, scope: Scope, operation: Operation, since: float, prefix: str, locale: str
) -> Answer | None:
    read = engine.watched(scope, operation)
    if read is None or read.compiled.noted:
        return None
    try:
        key = (platform, *likeness(scope, read, prefix))
        answer = await engine.run_read(
            platform, scope, read, by=_reads.of(key, since, lambda: _run(platform, scope, read, prefix))
        )
    except OnlyResolvers:
        return None
    errors = answer.said(locale)
    same = answer.data.encode() + (msgspec.json.encode(errors) if errors else b"")
    return Answer(answer.content(lambda: locale), same, _is_gone(answer.data), errors)


async def _run(platform: Platform, scope: Scope, read: Read, prefix: str) -> Result:
    async with AT_ONCE:
        return await run(platform, scope, read, prefix)


async def _by_resolvers(
    platform: Platform, engine: Engine, scope: Scope, operation: Operation, prefix: str, locale: str
) -> Answer:
    reading = asyncio.ensure_future(_executed(platform, engine, scope, operation, prefix, locale))
    reading.add_done_callback(lambda done: done.cancelled() or done.exception())
    # What reads side by side on one connection cannot be stopped half way: a client that goes leaves it to end.
    answer = await asyncio.shield(reading)
    same = msgspec.json.encode({name: value for name, value in answer.items() if name != "extensions"})
    is_gone = answer["data"] is None or all(value is None for value in answer["data"].values())
    return Answer(msgspec.json.encode(answer), same, is_gone, answer.get("errors", []))


async def _executed(
    platform: Platform, engine: Engine, scope: Scope, operation: Operation, prefix: str, locale: str
) -> Mapping[str, Any]:
    async with AT_ONCE, platform.database.session(scope.tenant.id) as session:
        return await engine.execute(Context(platform, session, scope, prefix, locale), engine.prepare(scope, operation))


def _is_gone(data: str) -> bool:
    read = msgspec.json.decode(data, type=dict[str, msgspec.Raw] | None)
    return read is None or all(bytes(value) == b"null" for value in read.values())
