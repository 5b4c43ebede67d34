"""Pairs needs with offers on the board and says why: category, term, place, capacity, and nothing about who says it."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, case, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.board import CATEGORIES, LINE, BoardLine, Line, Posted, place_key, posted_lines, standing
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words

MOST = 20


@dataclass(frozen=True)
class Reason:
    """Why two lines go together, or, where it does not hold, what stands against it."""

    about: Literal["category", "term", "place", "capacity"]
    holds: bool
    said: Words


@dataclass(frozen=True)
class Match:
    """A line of another tenant that answers one, with the reasons."""

    posted: Posted
    reasons: tuple[Reason, ...]


async def matches_of(session: AsyncSession, line: Line, today: dt.date, *, limit: int = MOST) -> list[Match]:
    """What other tenants say on the board that answers a need or an offer; two statements.

    Of the same category, at a time that both have; those where place and number fit too come first, then the newest.
    """
    key = place_key(line.place)
    # Everything begins with nothing: a line without a place is near to all.
    nearby = or_(func.starts_with(BoardLine.place_key, key), func.starts_with(key, BoardLine.place_key))
    fits = case((nearby, 1), else_=0) + case((_suffices(line), 1), else_=0)
    query = select(BoardLine.tenant, *LINE).where(
        *standing(today),
        BoardLine.kind == ("offer" if line.kind == "need" else "need"),
        BoardLine.category == line.category,
        BoardLine.tenant != tenant_of(session),
        or_(BoardLine.ends_on.is_(None), BoardLine.ends_on >= max(line.starts_on or today, today)),
    )
    if line.ends_on is not None:
        query = query.where(or_(BoardLine.starts_on.is_(None), BoardLine.starts_on <= line.ends_on))
    query = query.order_by(fits.desc(), BoardLine.said_at.desc(), BoardLine.id.desc()).limit(limit)
    return [Match(found, reasons_of(line, found.line)) for found in await posted_lines(session, query)]


def reasons_of(one: Line, other: Line) -> tuple[Reason, ...]:
    """The four reasons, in this order, for an offer and a need in either order."""
    need, offer = (one, other) if one.kind == "need" else (other, one)
    return (_category(need, offer), _term(need, offer), _place(need, offer), _capacity(need, offer))


def _category(need: Line, offer: Line) -> Reason:
    words = [CATEGORIES[line.category] for line in (need, offer)]
    if need.category == offer.category:
        return Reason("category", True, Words(f"同一类别：{words[0].zh}", f"Same category: {words[0].en}"))
    said = Words(f"类别不同：{words[0].zh}，{words[1].zh}", f"Other categories: {words[0].en}, {words[1].en}")
    return Reason("category", False, said)


def _term(need: Line, offer: Line) -> Reason:
    starts = max((line.starts_on for line in (need, offer) if line.starts_on), default=None)
    ends = min((line.ends_on for line in (need, offer) if line.ends_on), default=None)
    if starts and ends and starts > ends:
        return Reason("term", False, Words("没有双方都可以的时间", "There is no time that suits both"))
    if starts is None and ends is None:
        return Reason("term", True, Words("双方都没有限定时间", "Neither names a time"))
    zh = f"双方都可以的时间：{f'{starts}起' if starts else ''}{f'至{ends}' if ends else ''}"
    en = f"A time that suits both: {f'from {starts} ' if starts else ''}{f'until {ends}' if ends else 'on'}"
    return Reason("term", True, Words(zh, en))


def _place(need: Line, offer: Line) -> Reason:
    a, b = place_key(need.place), place_key(offer.place)
    if not a or not b:
        named = need.place or offer.place
        if not named:
            return Reason("place", True, Words("双方都不限地点", "Neither names a place"))
        return Reason(
            "place", True, Words(f"一方不限地点，另一方在{named}", f"One may be anywhere, the other is at {named}")
        )
    if a == b:
        return Reason("place", True, Words(f"同一地点：{need.place}", f"Same place: {need.place}"))
    if a.startswith(b) or b.startswith(a):
        small, large = (need.place, offer.place) if a.startswith(b) else (offer.place, need.place)
        return Reason("place", True, Words(f"{small}属于{large}", f"{small} is in {large}"))
    said = Words(
        f"地点不同：需求在{need.place}，资源在{offer.place}",
        f"Other places: needed at {need.place}, offered at {offer.place}",
    )
    return Reason("place", False, said)


def _capacity(need: Line, offer: Line) -> Reason:
    if need.capacity is None or offer.capacity is None:
        return Reason("capacity", True, Words("至少一方没有限定人数", "At least one names no number of people"))
    zh, en = (
        f"需要{need.capacity}人，可容纳{offer.capacity}人",
        f"for {need.capacity} people; {offer.capacity} can be taken",
    )
    if offer.capacity >= need.capacity:
        return Reason("capacity", True, Words(f"人数合适：{zh}", f"The number fits: {en}"))
    return Reason("capacity", False, Words(f"人数不够：{zh}", f"Too few: {en}"))


def _suffices(line: Line) -> ColumnElement[bool]:
    if line.capacity is None:
        return true()
    enough = BoardLine.capacity >= line.capacity if line.kind == "need" else BoardLine.capacity <= line.capacity
    return or_(BoardLine.capacity.is_(None), enough)
