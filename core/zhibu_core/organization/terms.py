"""Terms of office: when one ends, which alerts have fired and how late it is (domain.md 2.2)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from zhibu_core.ledger.shapes import TermOfOffice
from zhibu_core.periods import add_months

Level = Literal["none", "due", "overdue", "critical"]


@dataclass(frozen=True, slots=True)
class Shift:
    """An election moved to another day; it changes the term's end only once the higher organization approved it."""

    to: date
    approved: bool


@dataclass(frozen=True, slots=True)
class TermState:
    """A term on a day: `ends_on` None for kinds without a term; `shift_too_long` None where nothing was shifted.

    `fired` names the alerts (`TERM-180` … `TERM+365`) in the order of time.
    """

    ends_on: date | None
    days_left: int | None
    fired: tuple[str, ...]
    level: Level
    shift_too_long: bool | None


def term_end(kind: str, starts_on: date, rule: TermOfOffice, *, village: bool = False) -> date | None:
    """The last day of a term begun on a day, None for kinds without one; `village`: of a village or community."""
    years = rule.years.get(kind)
    if years is None:
        return None
    return add_months(starts_on, 12 * (rule.village_years if village else years))


def term_state(
    kind: str, starts_on: date, today: date, rule: TermOfOffice, *, shift: Shift | None = None, village: bool = False
) -> TermState:
    """How a term stands on a day."""
    planned = term_end(kind, starts_on, rule, village=village)
    if planned is None:
        return TermState(None, None, (), "none", None)
    ends_on = shift.to if shift and shift.approved else planned
    fired = alerts_fired(ends_on, today, rule)
    too_long = shift.to > add_months(planned, rule.shift_months) if shift else None
    return TermState(ends_on, (ends_on - today).days, fired, level(ends_on, today, rule), too_long)


def alerts_fired(ends_on: date, today: date, rule: TermOfOffice) -> tuple[str, ...]:
    """The alerts whose day has come."""
    return tuple(_name(days) for days in sorted(rule.alert_days) if today >= ends_on + timedelta(days=days))


def level(ends_on: date, today: date, rule: TermOfOffice) -> Level:
    """How urgent the election is: due when an alert fired, overdue after the last day, then critical."""
    if today >= ends_on + timedelta(days=rule.critical_days):
        return "critical"
    if today > ends_on:
        return "overdue"
    return "due" if alerts_fired(ends_on, today, rule) else "none"


def vetoes(ends_on: date, today: date, rule: TermOfOffice) -> bool:
    """Whether the election is so late that the capability index is capped (domain.md 9.3)."""
    return today > add_months(ends_on, rule.veto_months)


def _name(days: int) -> str:
    return f"TERM+{days}" if days > 0 else f"TERM-{-days}"
