"""Vectors of the capability index, answered by the plugin capability."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from zhibu_testing.adapters.reading import in_force, required_day

if TYPE_CHECKING:
    from zhibu_capability.completion import Learner
    from zhibu_capability.fairness import Gaps
    from zhibu_capability.index import Branch, Portrait
    from zhibu_capability.participation import Roll, Session
    from zhibu_capability.vitality import VitalityInputs


def capability(given: dict[str, Any]) -> dict[str, Any]:
    """The portraits of the branches of one tenant."""
    from zhibu_capability.index import portraits
    from zhibu_capability.weights import RULE, Weights

    weights = in_force("zhibu_capability", RULE, date(2026, 10, 31), Weights)
    branches = [_branch(one) for one in given["branches"]]
    found = portraits(branches, weights, strict=bool(given.get("strict", False)))
    return {portrait.key: _plain(portrait) for portrait in found}


def _branch(one: dict[str, Any]) -> "Branch":
    from zhibu_capability.index import Branch

    learners = [_learner(member) for member in one.get("members", ())]
    return Branch(
        key=one["id"],
        type=one.get("type", ""),
        n=one["n"] if "n" in one else sum(learner.in_scope for learner in learners),
        age_days=one.get("age_days"),
        sessions=[_session(session) for session in one.get("sessions", ())],
        learners=learners,
        c=_vitality(one["c"]),
        gaps=_gaps(one.get("gaps", {})),
        vetoes=tuple(one.get("veto", ())),
    )


def _session(one: dict[str, Any]) -> "Session | Roll":
    from zhibu_capability.participation import Roll, Session

    on, kinds = required_day(one["date"]), frozenset(one["kinds"])
    if "marks" in one:
        return Roll(on, kinds, dict(_marks(one["marks"])))
    counts = {mark: one.get(mark, 0) for mark in ("present", "online", "late", "makeup", "leave_makeup")}
    return Session(on, kinds, one["E"], counts)


def _marks(marks: Any) -> Iterable[tuple[str, str]]:
    """Member and mark, however a list is written: by member, by mark, or as pairs."""
    if not isinstance(marks, dict):
        return [(one["member"], one["mark"]) if isinstance(one, dict) else (one[0], one[1]) for one in marks]
    if any(isinstance(value, list) for value in marks.values()):
        return [(member, mark) for mark, members in marks.items() for member in members]
    return list(marks.items())


def _learner(member: dict[str, Any]) -> "Learner":
    from zhibu_capability.completion import Learner

    return Learner(
        hours=float(member["hours"]),
        target=float(member["target"]),
        required=member.get("required", 0),
        completed=member.get("completed", 0),
        confirmed=member.get("confirmed"),
        in_scope=member.get("in_scope", True),
    )


def _vitality(c: dict[str, Any]) -> "VitalityInputs":
    from zhibu_capability.vitality import VitalityInputs

    return msgspec.convert(c, VitalityInputs)


def _gaps(gaps: dict[str, Any]) -> "Gaps":
    from zhibu_capability.fairness import Gaps

    return msgspec.convert(gaps, Gaps)


def _plain(portrait: "Portrait") -> dict[str, Any]:
    a, c, index = portrait.a, portrait.c, portrait.index
    return {
        "n": portrait.n,
        "A": a.score,
        "A_num": a.credit,
        "A_den": a.owed,
        "B": portrait.b,
        "C": portrait.c_score,
        "C_parts": {name: getattr(c, name) for name in ("regularity", "closure", "breadth", "talks", "order")},
        "OCI_raw": index.raw,
        "confidence": portrait.confidence,
        "median": index.median,
        "OCI_shrunk": index.shrunk,
        "OCI": index.score,
        "band": index.band,
        "comparable": index.comparable,
    }
