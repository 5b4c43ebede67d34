"""A development case as the rules see it: birth, dated steps, and what is known beside the dates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from zhibu_affairs.development.steps import Steps

# Article 22: approval belongs to a committee that holds the authority, or to the organization department above it.
APPROVING_BODIES = frozenset(
    {"committee", "base_committee", "working_committee", "higher_committee", "org_dept", "county_org_dept"}
)
# A 党组 (leading group) may not approve; 党组织 (a party organization of any kind) is another word.
_NOT_APPROVING = (
    (re.compile("总支"), "general_branch"),
    (re.compile("临时"), "temporary_branch"),
    (re.compile("党组(?!织)"), "leading_group"),
)
_DISCIPLINE = re.compile("effect|disciplin|punish|warning|remov")
_FULL_RIGHTS = frozenset({"full", "normal", "restored"})


class Introducer(msgspec.Struct, frozen=True):
    """One introducer: full member or not, rights (`full`, `probation_in_party`, `not_restored`, …), discipline.

    `in_effect`: under warning, serious warning or removal from post; `effect_until` is the last day of its effect.
    """

    full: bool = True
    rights: str = "full"
    in_effect: bool = False
    effect_until: date | None = None

    @property
    def lacks_rights(self) -> bool:
        """In 留党察看, or afterwards with rights not yet restored."""
        return self.rights not in _FULL_RIGHTS

    def disciplined_on(self, day: date) -> bool:
        """Whether a discipline is in its effect period on that day."""
        if self.effect_until is not None:
            return day <= self.effect_until
        return self.in_effect


class Ballot(msgspec.Struct, frozen=True):
    """The vote of the member meeting in counts: E due, N present, Y yes; never who voted how."""

    due: int = msgspec.field(name="E")
    present: int = msgspec.field(name="N")
    yes: int = msgspec.field(name="Y")
    secret: bool = True
    single: bool = True


class Extension(msgspec.Struct, frozen=True):
    """A decision to prolong probation by so many months."""

    months: int
    decided_on: date | None = None


class CaseFacts(msgspec.Struct, frozen=True):
    """What is known of a case beside its dates; what nobody recorded takes the lenient value, as README says.

    `agreement` is `agreed` or `filed`; `holidays` None means that nobody said which days were off; a waiver or reason
    is its text; `outcome` is the state that ended (or prolonged) the case.
    """

    agreement: str = "agreed"
    holidays: tuple[date, ...] | None = None
    make_up_days: tuple[date, ...] = ()
    mobile: bool = False
    notice_places: int | None = None
    introducers: tuple[Introducer, ...] = ()
    review_result: str | None = None
    train_days: float | None = None
    train_hours: float | None = None
    training_waiver: str | bool | None = None
    leaving_on: date | None = None
    vote: Ballot | None = None
    approver: str = "committee"
    joint_vote: bool = True
    approval_single: bool = True
    approval_reason: str | bool | None = None
    half_year_reviews: tuple[date, ...] = ()
    extensions: tuple[Extension, ...] = ()
    outcome: str | None = None


NOTHING_KNOWN = CaseFacts()


@dataclass(frozen=True, slots=True)
class Case:
    """A case: date of birth where known, the dates of the steps that happened, and the facts."""

    birth: date | None
    steps: Steps
    facts: CaseFacts = field(default=NOTHING_KNOWN)


def facts_of(raw: Mapping[str, Any]) -> CaseFacts:
    """Reads facts as JSON holds them; unknown keys are left aside, null means not recorded.

    Raises `msgspec.ValidationError` when a value has the wrong shape.
    """
    known: dict[str, Any] = {key: value for key, value in raw.items() if value is not None}
    known["introducers"] = [_introducer(one) for one in known.get("introducers", ())]
    return msgspec.convert(known, CaseFacts, strict=False)


def approver_from_name(name: str) -> str:
    """The kind of approving body that a ledger's text speaks of; a name without a telling word is a committee."""
    return next((kind for sign, kind in _NOT_APPROVING if sign.search(name)), "committee")


def _introducer(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Brings the ways a discipline is noted (a date, a flag, the name of the measure) into one."""
    rights = "full" if raw.get("rights") in (None, "", True) else str(raw["rights"])
    notes = [value for key, value in raw.items() if _DISCIPLINE.search(key) and value]
    if _DISCIPLINE.search(rights):
        notes.append(rights)
        rights = "full"
    until = next((note for note in notes if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(note))), None)
    return {"full": raw.get("full", True), "rights": rights, "in_effect": bool(notes), "effect_until": until}
