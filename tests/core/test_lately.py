"""Answers believed for a while: asked once for all who wait, ahead of time, and anew where they changed or failed."""

import asyncio
from dataclasses import dataclass, field

import pytest

from zhibu_core.lately import Lately


@dataclass
class Source:
    """Answers with the number of times it was asked, once it is let go."""

    asked: int = 0
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self) -> int:
        self.asked += 1
        mine = self.asked
        await self.go.wait()
        return mine


@pytest.fixture
def source() -> Source:
    return Source()


def grown_old(lately: Lately[str, int], share: float) -> None:
    at, answer = lately.known["a"]
    lately.known["a"] = (at - share * lately.kept, answer)


async def test_all_who_wait_are_answered_by_one_question(source: Source) -> None:
    lately: Lately[str, int] = Lately(60.0)
    waiting = [asyncio.ensure_future(lately.of("a", source.ask)) for _ in range(50)]
    await asyncio.sleep(0)
    source.go.set()
    assert await asyncio.gather(*waiting) == [1] * 50
    assert (await lately.of("a", source.ask), lately.at_once("a"), lately.at_once("b"), source.asked) == (1, 1, None, 1)


async def test_it_is_asked_again_ahead_while_the_known_answer_still_serves(source: Source) -> None:
    source.go.set()
    lately: Lately[str, int] = Lately(60.0)
    await lately.of("a", source.ask)
    grown_old(lately, 0.8)
    source.go.clear()
    assert [await lately.of("a", source.ask) for _ in range(10)] == [1] * 10
    await asyncio.sleep(0)
    assert source.asked == 2
    source.go.set()
    await asyncio.sleep(0.01)
    assert await lately.of("a", source.ask) == 2


async def test_what_is_too_old_is_not_believed(source: Source) -> None:
    source.go.set()
    lately: Lately[str, int] = Lately(60.0)
    await lately.of("a", source.ask)
    grown_old(lately, 1.0)
    assert lately.at_once("a") is None
    assert await lately.of("a", source.ask) == 2


async def test_an_answer_on_its_way_is_not_kept_where_it_was_said_to_have_changed(source: Source) -> None:
    lately: Lately[str, int] = Lately(60.0)
    early = asyncio.ensure_future(lately.of("a", source.ask))
    await asyncio.sleep(0)
    lately.forget("a")
    source.go.set()
    assert await early == 1
    assert lately.at_once("a") is None
    assert await lately.of("a", source.ask) == 2


async def test_a_refusal_reaches_all_and_is_asked_again() -> None:
    lately: Lately[str, int] = Lately(60.0)

    async def refuse() -> int:
        await asyncio.sleep(0)
        raise LookupError

    async def answer() -> int:
        return 7

    both = await asyncio.gather(*(lately.of("a", refuse) for _ in range(2)), return_exceptions=True)
    assert [type(one) for one in both] == [LookupError, LookupError]
    assert await lately.of("a", answer) == 7


async def test_somebody_who_stops_waiting_does_not_stop_the_others(source: Source) -> None:
    lately: Lately[str, int] = Lately(60.0)
    first, second = (asyncio.ensure_future(lately.of("a", source.ask)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    source.go.set()
    assert await second == 1
