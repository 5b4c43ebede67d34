"""The dates that follow from a case's steps: joining, end of probation, standing, notice (domain.md 3.2)."""

from datetime import date

from zhibu_affairs.development.cases import Case
from zhibu_core.calendar import WorkingDays, add_months, working_days

PROBATION_MONTHS = 12
ACTIVIST_MONTHS = 12


def joined_on(case: Case) -> date | None:
    """The day of the branch vote, once the approval has confirmed it (Art.31)."""
    return case.steps.get("vote_on") if "approved" in case.steps else None


def probation_end(case: Case) -> date | None:
    """Twelve months from the branch vote, and the months it was extended by, whether approved yet or not."""
    voted = case.steps.get("vote_on")
    if voted is None:
        return None
    return add_months(voted, PROBATION_MONTHS + sum(extension.months for extension in case.facts.extensions))


def standing_from(case: Case) -> date | None:
    """Standing counts from the end of probation, not from the approval (Art.33)."""
    return probation_end(case) if "full_approved" in case.steps else None


def may_propose_from(case: Case, state: str) -> date | None:
    """The first day on which an activist may be proposed as development object (Art.13)."""
    return (
        add_months(case.steps["activist"], ACTIVIST_MONTHS)
        if state == "activist" and "activist" in case.steps
        else None
    )


def notice_days(case: Case) -> WorkingDays | None:
    """Working days of the public notice; None until both of its dates are there."""
    first, last = case.steps.get("notice_from"), case.steps.get("notice_to")
    if first is None or last is None:
        return None
    return working_days(first, last, case.facts.holidays, case.facts.make_up_days)
