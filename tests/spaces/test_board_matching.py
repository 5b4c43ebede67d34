"""Matching: a need and an offer go together for four reasons, said in words, and the query finds what the reasons say."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhibu_core.platform import Platform
from zhibu_core.spaces.board import CATEGORIES, Line
from zhibu_core.spaces.board_matching import matches_of, reasons_of
from zhibu_testing.fixtures import TODAY, Parties

from .test_board_says import line, put, word

DAYS = st.none() | st.dates(TODAY, TODAY + dt.timedelta(days=60))
PLACES = st.sampled_from(["", "贵阳市", "贵阳市花溪区", "贵阳市　花溪区", "遵义市"])


@st.composite
def lines(draw: st.DrawFn, kind: str) -> Line:
    starts, ends = draw(DAYS), draw(DAYS)
    if starts and ends and ends < starts:
        starts, ends = ends, starts
    capacity = draw(st.none() | st.integers(1, 100))
    category = draw(st.sampled_from(sorted(CATEGORIES)))
    return line(kind=kind, category=category, place=draw(PLACES), starts_on=starts, ends_on=ends, capacity=capacity)


@pytest.mark.parametrize(
    ("need", "offer", "against"),
    [
        ({}, {}, ()),
        ({"category": "base"}, {}, ("category",)),
        ({"starts_on": TODAY}, {"ends_on": TODAY}, ()),
        ({"starts_on": TODAY + dt.timedelta(days=1)}, {"ends_on": TODAY}, ("term",)),
        ({"place": "贵阳市花溪区"}, {"place": "贵阳市"}, ()),
        ({"place": "贵阳市花溪区"}, {"place": "贵阳市 花溪区"}, ()),
        ({"place": "贵阳市"}, {"place": "遵义市"}, ("place",)),
        ({"place": "贵阳市"}, {}, ()),
        ({"capacity": 40}, {"capacity": 40}, ()),
        ({"capacity": 41}, {"capacity": 40}, ("capacity",)),
        ({"capacity": 41, "place": "贵阳市"}, {"capacity": 40, "place": "遵义市"}, ("place", "capacity")),
        ({"capacity": 41}, {}, ()),
    ],
)
def test_the_reasons_say_what_speaks_against_it(need: dict, offer: dict, against: tuple[str, ...]) -> None:  # type: ignore[type-arg]
    one, other = line(kind="need", **need), line(kind="offer", **offer)
    reasons = reasons_of(one, other)
    assert [reason.about for reason in reasons] == ["category", "term", "place", "capacity"]
    assert tuple(reason.about for reason in reasons if not reason.holds) == against
    assert all(reason.said.zh and reason.said.en for reason in reasons)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines("need"), lines("offer"))
def test_reasons_do_not_depend_on_who_asks(need: Line, offer: Line) -> None:
    assert reasons_of(need, offer) == reasons_of(offer, need)


async def test_the_query_finds_what_the_reasons_say(platform: Platform, parties: Parties) -> None:
    home, other = parties.home, parties.neighbour
    await word(platform, home, listed=True)
    await word(platform, other, listed=True)
    said = [
        line(f"{number}", category=category, place=place, starts_on=starts, ends_on=ends, capacity=capacity)
        for number, (category, place, starts, ends, capacity) in enumerate(
            (category, place, starts, ends, capacity)
            for category in ("lecture", "base")
            for place in ("", "贵阳市", "遵义市")
            for starts, ends in (
                (None, None),
                (TODAY + dt.timedelta(days=20), None),
                (None, TODAY - dt.timedelta(days=1)),
            )
            for capacity in (None, 30, 60)
        )
    ]
    await put(platform, other, *said)
    await put(platform, home, line("自己的"))
    need = line("需要", kind="need", place="贵阳市花溪区", ends_on=TODAY + dt.timedelta(days=25), capacity=40)
    async with platform.database.session(home.id) as session:
        found = [one for one in await matches_of(session, need, TODAY, limit=1000) if one.posted.slug == other.slug]
    fitting = [
        one for one in said
        if all(r.holds for r in reasons_of(need, one) if r.about in ("category", "term")) and one.ends_on is None
    ]  # fmt: skip
    assert {one.posted.line.id for one in found} == {one.id for one in fitting}
    held = [sum(reason.holds for reason in one.reasons) for one in found]
    assert held == sorted(held, reverse=True)
    assert all(one.reasons == reasons_of(need, one.posted.line) for one in found)
