"""The steps of a development case, the states they lead to, and the text in force on a day (domain.md 3.1, 3.5)."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Literal

Text = Literal["2014", "2026"]
TEXT_2026_FROM = date(2026, 5, 11)

Steps = Mapping[str, date]

# The main line in the order the rules give it; neighbours may not be reversed.
MAIN_LINE = (
    "applied",
    "talk",
    "activist",
    "filed",
    "proposed",
    "agreed",
    "notice_from",
    "notice_to",
    "review_on",
    "prereview",
    "vote_on",
    "approved",
    "oath",
    "full_vote",
    "full_approved",
)
# Training runs beside the review and ends before the pre-review.
TRAINING_LINE = ("train_from", "train_to", "prereview")
ALL_STEPS = (*MAIN_LINE, "train_from", "train_to", "approval_talk")

# The state a case has reached with a step of the main line.
STATES = {
    "applied": "applicant",
    "talk": "applicant",
    "activist": "activist",
    "filed": "activist",
    "proposed": "dev_object_proposed",
    "agreed": "dev_object",
    "notice_from": "dev_object",
    "notice_to": "dev_object",
    "review_on": "dev_object",
    "prereview": "pre_reviewed",
    "vote_on": "branch_voted",
    "approved": "probationary",
    "oath": "probationary",
    "full_vote": "probationary",
    "full_approved": "full_member",
}

_LATER = {step: MAIN_LINE[index:] for index, step in enumerate(MAIN_LINE)}


def text_on(day: date) -> Text:
    """Which text of the rules is in force on a day; there is no transition clause, so the step's own date decides."""
    return "2026" if day >= TEXT_2026_FROM else "2014"


def from_step_on(step: str) -> tuple[str, ...]:
    """The step and all later ones of the main line."""
    return _LATER[step]


def date_or_next(steps: Steps, step: str) -> date | None:
    """The date of a step, or of the first later step that is there when it is missing; None when nothing followed."""
    return next((steps[later] for later in _LATER[step] if later in steps), None)


def furthest(steps: Steps) -> str | None:
    """The last step of the main line that is recorded."""
    return next((step for step in reversed(MAIN_LINE) if step in steps), None)


def reversed_pairs(steps: Steps) -> tuple[tuple[str, str], ...]:
    """Neighbours, among the steps that are there, whose dates run backwards; equal dates are in order."""
    return (*_reversed(steps, MAIN_LINE), *_reversed(steps, TRAINING_LINE))


def until(steps: Mapping[str, date | None], day: date) -> dict[str, date]:
    """The steps that had happened by the end of a day; what was not recorded or came later is left out."""
    return {step: on for step, on in steps.items() if on is not None and on <= day}


def _reversed(steps: Steps, line: Iterable[str]) -> list[tuple[str, str]]:
    present = [step for step in line if step in steps]
    return [(a, b) for a, b in pairwise(present) if steps[a] > steps[b]]
