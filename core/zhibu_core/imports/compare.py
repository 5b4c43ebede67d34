"""Comparisons between the cells of one row, by the code of the error that they find."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, Final

from zhibu_core.imports.profile import Comparison, Profile
from zhibu_core.imports.values import Bad, Coarse, show
from zhibu_core.periods import add_months

ADULT_MONTHS: Final = 216
"""18 years."""

Check = Callable[[list[Any]], Bad | None]
"""Looks at a row's values in canonical order; may put a value into its final form; answers what is wrong."""


def check_of(profile: Profile, comparison: Comparison) -> Check:
    """The check of a comparison; it is not made where either value is missing or refused."""
    violated = _VIOLATED[comparison.code]
    place = profile.index[comparison.column]
    others = [profile.index[key] for key in comparison.others]
    column = profile.columns[place]

    def check(values: list[Any]) -> Bad | None:
        value = values[place]
        given = [None if isinstance(values[other], Bad) else values[other] for other in others]
        if all(other is None for other in given):
            return None
        if isinstance(value, time):
            value = values[place] = _on_day_of(given[0], value)
        wrong = violated(value, given)
        return None if wrong is None else Bad(comparison.code, wrong if isinstance(wrong, str) else show(value, column))

    return check


def _on_day_of(start: Any, clock: time) -> Any:
    return datetime.combine(start.date(), clock) if isinstance(start, datetime) else clock


def _sex_mismatch(sex: Any, others: list[Any]) -> bool | None:
    if sex not in ("male", "female"):
        return None
    return True if (int(others[0][16]) % 2 == 1) != (sex == "male") else None


def _birth_mismatch(birth: date, others: list[Any]) -> bool | None:
    return True if f"{birth:%Y%m%d}" != others[0][6:14] else None


def _before_18(joined: date, others: list[Any]) -> bool | None:
    birth, citizen_id = others
    if birth is None:
        birth = date(int(citizen_id[6:10]), int(citizen_id[10:12]), int(citizen_id[12:14]))
    return True if joined < add_months(birth, ADULT_MONTHS) else None


def _full_before_joined(full_on: date, others: list[Any]) -> bool | None:
    return True if full_on < others[0] else None


def _reversed(end: Any, others: list[Any]) -> bool | None:
    start = others[0]
    if isinstance(start, Coarse):
        start = start.day
    return True if type(end) is type(start) and end < start else None


def _present_and_absent(absent: tuple[Any, ...], others: list[Any]) -> str | None:
    """The name of the first person who stands in both lists."""
    present = {person for people in others if people for person in people}
    both = next((person for person in absent if person in present), None)
    return None if both is None else str(getattr(both, "name", both))


_VIOLATED: Final[dict[str, Callable[[Any, list[Any]], Any]]] = {
    "id_sex_mismatch": _sex_mismatch,
    "id_birth_mismatch": _birth_mismatch,
    "joined_before_18": _before_18,
    "full_before_joined": _full_before_joined,
    "time_reversed": _reversed,
    "person_present_and_absent": _present_and_absent,
}
