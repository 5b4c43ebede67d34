"""What the size of an organization and its committee say: findings, and which body decides (domain.md 2.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from zhibu_core.ledger.shapes import Sizes
from zhibu_core.organization.kinds import KINDS, is_branch

DecisionBody = Literal["committee_meeting", "member_meeting"]


@dataclass(frozen=True, slots=True)
class Body:
    """An organization as its size is judged; `committee_size` None where the seats are not known."""

    kind: str
    full: int
    probationary: int
    has_committee: bool
    committee_size: int | None = None
    secretary_vacant_since: date | None = None

    @property
    def members(self) -> int:
        """Full and probationary members."""
        return self.full + self.probationary


def decision_body(has_committee: bool) -> DecisionBody:
    """Who decides: without a committee every task of it falls to the member meeting (2026 rules Art. 8)."""
    return "committee_meeting" if has_committee else "member_meeting"


def size_findings(body: Body, today: date, rule: Sizes) -> tuple[str, ...]:
    """Codes of what does not fit, each once: sizes, committee, vacancy of the secretary's post."""
    return (*_size(body, rule), *_committee(body, rule), *_vacancy(body, today, rule))


def _size(body: Body, rule: Sizes) -> Iterator[str]:
    if is_branch(body.kind):
        if body.full < rule.branch_full_least:
            yield f"SIZE-UNDER-{rule.branch_full_least}-FULL"
        if body.members > rule.branch_most:
            yield f"SIZE-OVER-{rule.branch_most}"
    elif body.kind == "general_branch":
        least, most = rule.general_branch
        if not least <= body.members <= most:
            yield "GENERAL-BRANCH-SIZE"
    elif body.kind == "group" and (body.members < rule.group_least or body.full < rule.group_full_least):
        yield "GROUP-SIZE"


def _committee(body: Body, rule: Sizes) -> Iterator[str]:
    # A temporary branch gets its leading body from the organization that approved it.
    if not is_branch(body.kind) or not KINDS[body.kind].elects:
        return
    if body.has_committee and body.full < rule.committee_from_full:
        yield "COMMITTEE-NOT-ALLOWED"
    if not body.has_committee and body.full >= rule.committee_from_full:
        yield "COMMITTEE-NEEDED"
    least, most = rule.branch_committee
    if body.has_committee and body.committee_size is not None and not least <= body.committee_size <= most:
        yield "COMMITTEE-SIZE"


def _vacancy(body: Body, today: date, rule: Sizes) -> Iterator[str]:
    since = body.secretary_vacant_since
    if since is not None and (today - since).days > rule.vacancy_days:
        yield "VAC"
