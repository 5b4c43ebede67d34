"""Vectors about organizations: terms of office, sizes, duties of organizational life."""

from datetime import date
from typing import Any

from zhibu_core.ledger.held import Activity, Traits, held_duties
from zhibu_core.ledger.shapes import Frequency, Sizes, TermOfOffice
from zhibu_core.organization.sizes import Body, decision_body, size_findings
from zhibu_core.organization.terms import Shift, term_state
from zhibu_core.periods import Period
from zhibu_testing.adapters.reading import book_of, day, in_force, required_day


def term(given: dict[str, Any]) -> dict[str, Any]:
    """The state of a term of office; what a shift says only where there was one."""
    today = required_day(given["today"])
    shift = None
    if extended := day(given.get("extended_to")):
        shift = Shift(extended, bool(given.get("extension_approved", False)))
    state = term_state(
        given["org_type"],
        required_day(given["term_start"]),
        today,
        in_force("zhibu_core", "core.term", today, TermOfOffice),
        shift=shift,
        village=bool(given.get("village") or given.get("community")),
    )
    return {
        "term_end": state.ends_on.isoformat() if state.ends_on else None,
        "days_left": state.days_left,
        "fired": list(state.fired),
        "level": state.level,
        "extension_over_1y": state.shift_too_long,
    }


def membership(given: dict[str, Any]) -> dict[str, Any]:
    """What the size of an organization says."""
    today = day(given.get("today")) or date(2026, 10, 31)
    body = Body(
        kind=given["org_type"],
        full=given["full"],
        probationary=given["probationary"],
        has_committee=given["has_committee"],
        committee_size=given.get("committee_size"),
        secretary_vacant_since=day(given.get("secretary_vacant_since")),
    )
    codes = size_findings(body, today, in_force("zhibu_core", "core.sizes", today, Sizes))
    return {"codes": list(codes), "decision_body": decision_body(body.has_committee)}


def duties(given: dict[str, Any]) -> dict[str, Any]:
    """The duties of a branch in a period and what it held."""
    book = book_of("zhibu_orglife")
    start, end = (required_day(text) for text in given["period"])
    held = [
        Activity(required_day(one["date"]), frozenset(one["kinds"]), one.get("group"))
        for one in given["activities"]
        if not one.get("cancelled")
    ]
    result = held_duties(_traits(given["org"]), Period.of(start, end), held, book)
    return {
        "duties": [
            {
                "kind": duty.kind,
                "group": duty.group,
                "window": duty.window,
                "required": duty.required,
                "held": duty.held,
                "met": duty.met,
            }
            for duty in result.duties
        ],
        "required": result.required,
        "credited": result.credited,
        "regularity": result.regularity,
    }


def _traits(org: dict[str, Any]) -> Traits:
    theme_day = in_force("zhibu_orglife", "orglife.theme_day", date.max, Frequency)
    return Traits(
        kind=org["type"],
        has_committee=org.get("has_committee", False),
        groups=tuple(org.get("groups") or ()),
        founded_on=day(org.get("founded")),
        type=theme_day.vacation_types[0] if org.get("student") else "",
    )
