"""What each development rule asks of a case: a small question a rule, true where it is broken (domain.md 3.4)."""

from dataclasses import dataclass
from datetime import date

from zhibu_affairs.development.cases import APPROVING_BODIES, Case, CaseFacts
from zhibu_affairs.development.dates import notice_days, probation_end
from zhibu_affairs.development.steps import Steps, date_or_next, furthest, reversed_pairs
from zhibu_core.calendar import WorkingDays, add_months
from zhibu_core.ledger.votes import DEVELOPMENT

MAJORITY_MONTHS = 216
NOTICE_DAYS = 5
TRAINING_DAYS, TRAINING_HOURS = 3, 24
EXTENSION_MONTHS = range(6, 13)


@dataclass(frozen=True, slots=True)
class View:
    """A case with what several questions need, worked out once."""

    birth: date | None
    steps: Steps
    facts: CaseFacts
    notice: WorkingDays | None
    probation_end: date | None
    reversed_pairs: tuple[tuple[str, str], ...]
    furthest: str | None


def view(case: Case) -> View:
    """Looks at a case once for all rules."""
    steps = case.steps
    return View(
        case.birth, steps, case.facts, notice_days(case), probation_end(case), reversed_pairs(steps), furthest(steps)
    )


def _later_than(steps: Steps, step: str, base: str, months: int) -> bool:
    """Whether a step came more than so many months after another; the last day is in time."""
    return step in steps and base in steps and steps[step] > add_months(steps[base], months)


def under_age(v: View) -> bool:
    return v.birth is not None and "applied" in v.steps and v.steps["applied"] < add_months(v.birth, MAJORITY_MONTHS)


def dates_reversed(v: View) -> bool:
    return bool(v.reversed_pairs)


def talk_late(v: View) -> bool:
    return _later_than(v.steps, "talk", "applied", 1)


def activist_too_short(v: View) -> bool:
    steps = v.steps
    return "proposed" in steps and "activist" in steps and steps["proposed"] < add_months(steps["activist"], 12)


def higher_did_not_agree(v: View) -> bool:
    return "agreed" not in v.steps or v.facts.agreement != "agreed"


def notice_too_short(v: View) -> bool:
    return v.notice is None or v.notice.count < NOTICE_DAYS


def notice_in_one_place(v: View) -> bool:
    return v.facts.mobile and v.facts.notice_places is not None and v.facts.notice_places < 2


def not_two_introducers(v: View) -> bool:
    return len(v.facts.introducers) != 2


def introducer_not_full(v: View) -> bool:
    return not all(one.full for one in v.facts.introducers)


def introducer_without_rights(v: View) -> bool:
    return any(one.lacks_rights for one in v.facts.introducers)


def introducer_disciplined(v: View) -> bool:
    day = date_or_next(v.steps, "prereview")
    return day is not None and any(one.disciplined_on(day) for one in v.facts.introducers)


def review_not_passed(v: View) -> bool:
    return "review_on" not in v.steps or v.facts.review_result != "passed"


def training_too_short(v: View) -> bool:
    if v.facts.training_waiver:
        return False
    return _training_days(v) < TRAINING_DAYS and (v.facts.train_hours or 0) < TRAINING_HOURS


def _training_days(v: View) -> float:
    if v.facts.train_days is not None:
        return v.facts.train_days
    if "train_from" not in v.steps or "train_to" not in v.steps:
        return 0
    return (v.steps["train_to"] - v.steps["train_from"]).days + 1


def no_prereview(v: View) -> bool:
    return "prereview" not in v.steps


def leaving_soon(v: View) -> bool:
    leaving = v.facts.leaving_on
    return leaving is not None and "prereview" in v.steps and leaving <= add_months(v.steps["prereview"], 3)


def meeting_late(v: View) -> bool:
    return _later_than(v.steps, "vote_on", "prereview", 1)


def vote_without_quorum(v: View) -> bool:
    vote = v.facts.vote
    return vote is not None and "vote_on" in v.steps and not DEVELOPMENT.opens(vote.due, vote.present)


def vote_without_majority(v: View) -> bool:
    vote = v.facts.vote
    return vote is not None and "vote_on" in v.steps and not DEVELOPMENT.carries(vote.due, vote.present, vote.yes)


def vote_not_secret(v: View) -> bool:
    return v.facts.vote is not None and "vote_on" in v.steps and not v.facts.vote.secret


def vote_on_several(v: View) -> bool:
    return v.facts.vote is not None and "vote_on" in v.steps and not v.facts.vote.single


def no_talk_before_approval(v: View) -> bool:
    steps = v.steps
    return "approved" in steps and ("approval_talk" not in steps or steps["approval_talk"] > steps["approved"])


def approver_not_entitled(v: View) -> bool:
    return "approved" in v.steps and v.facts.approver not in APPROVING_BODIES


def approval_not_joint(v: View) -> bool:
    return "approved" in v.steps and not v.facts.joint_vote


def approval_of_several(v: View) -> bool:
    return "approved" in v.steps and not v.facts.approval_single


def approval_late(v: View) -> bool:
    return _later_than(v.steps, "approved", "vote_on", 3) and not v.facts.approval_reason


def approval_too_late(v: View) -> bool:
    return _later_than(v.steps, "approved", "vote_on", 6)


def oath_late(v: View) -> bool:
    return _later_than(v.steps, "oath", "approved", 1)


def full_too_early(v: View) -> bool:
    return v.probation_end is not None and "full_vote" in v.steps and v.steps["full_vote"] < v.probation_end


def extended_twice(v: View) -> bool:
    return len(v.facts.extensions) > 1


def extension_out_of_range(v: View) -> bool:
    return any(extension.months not in EXTENSION_MONTHS for extension in v.facts.extensions)


def full_approval_late(v: View) -> bool:
    return _later_than(v.steps, "full_approved", "full_vote", 3)
