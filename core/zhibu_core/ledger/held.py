"""What one organization owes and held in a period, in plain Python: the reference for the set-wise computation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from zhibu_core.ledger.rules import RuleBook
from zhibu_core.ledger.windows import PlannedWindow, plan_windows
from zhibu_core.periods import Period


@dataclass(frozen=True, slots=True)
class Traits:
    """What duties depend on in an organization; `type` is the type for comparison (支部类型)."""

    kind: str
    has_committee: bool = False
    groups: tuple[str, ...] = ()
    founded_on: date | None = None
    type: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """Something held on a day that serves one or several kinds, by a group where it is the group's."""

    day: date
    kinds: frozenset[str]
    group: str | None = None


@dataclass(frozen=True, slots=True)
class HeldDuty:
    """One duty in one window: how often it was required and held."""

    rule: str
    version: str
    kind: str
    group: str | None
    window: str
    required: int
    held: int

    @property
    def met(self) -> bool:
        """Whether it was held often enough."""
        return self.held >= self.required


@dataclass(frozen=True, slots=True)
class HeldDuties:
    """All duties of an organization in a period."""

    duties: tuple[HeldDuty, ...]

    @property
    def required(self) -> int:
        """How many times in all."""
        return sum(duty.required for duty in self.duties)

    @property
    def credited(self) -> int:
        """How many of these were held; more than required counts no more."""
        return sum(min(duty.held, duty.required) for duty in self.duties)

    @property
    def regularity(self) -> float | None:
        """Credited / required, None when nothing was required."""
        return self.credited / self.required if self.required else None


def held_duties(traits: Traits, period: Period, activities: Sequence[Activity], book: RuleBook) -> HeldDuties:
    """The duties an organization owes in the period, by rule, group and window, with what it held."""
    owed = [planned for planned in plan_windows(book, period) if _owes(traits, planned)]
    rows = [(planned, group) for planned in owed for group in _groups(traits, planned)]
    order = {code: place for place, code in enumerate(book.rules)}
    # Sorting is stable: within a rule and group the windows stay in time order.
    rows.sort(key=lambda row: (order[row[0].version.code], traits.groups.index(row[1]) if row[1] else 0))
    return HeldDuties(tuple(_duty(planned, group, activities) for planned, group in rows))


def _owes(traits: Traits, planned: PlannedWindow) -> bool:
    frequency, window = planned.frequency, planned.window
    relieved = traits.type in frequency.vacation_types
    return (
        traits.kind in frequency.applies_to
        and (traits.founded_on is None or traits.founded_on <= window.opens_on)
        and (frequency.needs != "committee" or traits.has_committee)
        and planned.vacation in (None, relieved)
    )


def _groups(traits: Traits, planned: PlannedWindow) -> tuple[str | None, ...]:
    return traits.groups if planned.frequency.needs == "group" else (None,)


def _duty(planned: PlannedWindow, group: str | None, activities: Iterable[Activity]) -> HeldDuty:
    version, window, kind = planned.version, planned.window, planned.frequency.kind
    held = sum(
        kind in activity.kinds
        and window.opens_on <= activity.day <= window.due_on
        and (group is None or activity.group == group)
        for activity in activities
    )
    return HeldDuty(version.code, version.label, kind, group, window.label, window.required, held)
