"""Vectors of study hours, answered by the plugin learning."""

from typing import Any

import msgspec

from zhibu_core.ledger.shapes import Hours
from zhibu_core.periods import Period
from zhibu_testing.adapters.reading import day, exact, in_force, required_day


def study_hours(given: dict[str, Any]) -> dict[str, Any]:
    """A person's study hours in a period against the target."""
    from zhibu_learning.study_hours import Entry, Stay
    from zhibu_learning.study_hours import study_hours as judge

    start, end = (required_day(text) for text in given["period"])
    rule = in_force("zhibu_learning", "learning.study_hours", end, Hours)
    if "minutes_per_hour" in given:
        rule = msgspec.structs.replace(rule, minutes_per_hour=given["minutes_per_hour"])
    entries = [
        Entry(
            day=required_day(one["date"]),
            form=one.get("form", "session"),
            hours=exact(one.get("hours")),
            minutes=exact(one.get("minutes")),
            signed=one.get("sign_in", True),
            concentrated=one.get("concentrated", False),
            completed=one.get("completed", False),
            evidence=one.get("evidence"),
        )
        for one in given["entries"]
    ]
    stay = Stay(day(given.get("in_branch_from")), day(given.get("in_branch_to")))
    post_holder = bool(given.get("post_holder", False))
    result = judge(Period.of(start, end), entries, rule, stay=stay, post_holder=post_holder)
    return {
        "months": result.months,
        "target": float(result.target),
        "hours": float(result.hours),
        "ratio": result.ratio,
        "met": result.met,
    }
