"""Vectors that core answers by itself: citizen numbers, votes and elections."""

from typing import Any

import msgspec

from zhibu_testing.adapters.reading import day, required_day


def citizen_id(given: dict[str, Any]) -> dict[str, Any]:
    """Reads one cell of a citizen number with the other columns."""
    from zhibu_core.organization.citizen_id import CitizenIdError, read_citizen_id

    today = required_day(given.get("today", "2026-10-31"))
    try:
        read = read_citizen_id(given.get("value"), today, day(given.get("birth")), given.get("sex"))
    except CitizenIdError as error:
        return {"valid": False, "error": error.code}
    return {"valid": True, "normalised": read.number, "birth": read.birth.isoformat(), "sex": read.sex}


def vote(given: dict[str, Any]) -> dict[str, Any]:
    """Judges a vote or an election."""
    from zhibu_core.ledger.elections import Candidate, judge_election
    from zhibu_core.ledger.votes import Exclusion, judge_vote

    known = dict(given)
    kind = known.pop("kind")
    known["exclusions"] = msgspec.convert(known.get("exclusions", []), list[Exclusion])
    if kind != "election":
        return _plain(judge_vote(kind, **known))
    known["candidates"] = msgspec.convert(known["candidates"], list[Candidate])
    return _plain(judge_election(**known))


def _plain(result: msgspec.Struct) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(result))
    return plain
