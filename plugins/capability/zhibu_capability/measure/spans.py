"""What is measured over: periods with the figures that hold in each, and the part of the tree that is asked about."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Date, Double, Integer, Text

from zhibu_capability.weights import RULE, Weights, weights_of
from zhibu_core.errors import InvalidInput
from zhibu_core.ledger.duties import Reach
from zhibu_core.ledger.duties.reach import IN_REACH
from zhibu_core.ledger.rules import RuleBook, RuleVersion
from zhibu_core.ledger.shapes import Course, Hours, Talks
from zhibu_core.organization.kinds import BRANCH_TYPES
from zhibu_core.periods import Period, add_months, unit_of
from zhibu_core.words import Words


@dataclass(frozen=True)
class Span:
    """A period with the rule versions that hold at its end; a version is None where its plugin is off."""

    period: Period
    index: RuleVersion
    hours: RuleVersion | None
    course: RuleVersion | None
    talks: RuleVersion | None
    term: RuleVersion | None
    timers: tuple[RuleVersion, ...]
    frequencies: tuple[RuleVersion, ...]

    @property
    def asks_for_life(self) -> bool:
        """Whether any rule asks for organizational life; where none does, part C has no value."""
        return bool(self.frequencies)

    @cached_property
    def versions(self) -> dict[str, str]:
        """The label of every rule version that the scores of this period are computed with."""
        single = (self.index, self.hours, self.course, self.talks, self.term)
        used = [version for version in single if version] + [*self.timers, *self.frequencies]
        return {version.code: version.label for version in used}

    @cached_property
    def weights(self) -> Weights:
        """The figures of the index."""
        return weights_of(self.index)

    @property
    def joined_by(self) -> dt.date:
        """The last day on which somebody may have joined to count."""
        return self.period.end - dt.timedelta(days=self.weights.member_after_days)

    @property
    def talks_from(self) -> dt.date | None:
        """The first day of the months in which everybody is talked with."""
        if self.talks is None:
            return None
        return add_months(self.period.end, -self.talks.read(Talks).months) + dt.timedelta(days=1)

    @cached_property
    def quarters(self) -> list[Period]:
        """The calendar quarters that the period touches, in order."""
        firsts = {unit_of("quarter", month.start).start for month in self.months}
        return [unit_of("quarter", first) for first in sorted(firsts)]

    @cached_property
    def months(self) -> list[Period]:
        """The calendar months that the period touches, in order."""
        found, day = [], self.period.start
        while day <= self.period.end:
            found.append(unit_of("month", day))
            day = found[-1].end + dt.timedelta(days=1)
        return found

    @property
    def middles(self) -> list[dt.date]:
        """The fifteenth of every month whose fifteenth lies in the period."""
        return [day for month in self.months if (day := month.start.replace(day=15)) in self.period]

    def hours_rule(self) -> Hours | None:
        """The rule of study hours, None where there is none."""
        return self.hours.read(Hours) if self.hours else None

    def course_rule(self) -> Course | None:
        """The rule of required courses, None where there is none."""
        return self.course.read(Course) if self.course else None


@dataclass(frozen=True)
class Survey:
    """Everything that the statements are asked about. `sources`: only facts of these plugins count (off is off)."""

    tenant_id: uuid.UUID
    book: RuleBook
    spans: tuple[Span, ...]
    reach: Reach
    sources: tuple[str, ...]

    @property
    def base(self) -> dict[str, Any]:
        """The parameters of `SPANS` and `BRANCHES`."""
        reach = self.reach.parameters(self.tenant_id)
        del reach["person"]
        return reach | {
            "branch_kinds": list(BRANCH_TYPES),
            "p": list(range(len(self.spans))),
            "firsts": [span.period.start for span in self.spans],
            "lasts": [span.period.end for span in self.spans],
        }


def survey(
    tenant_id: uuid.UUID, book: RuleBook, periods: Iterable[Period], reach: Reach, plugins: Iterable[str]
) -> Survey:
    """The survey of some periods; raises `InvalidInput` (field period) where the index did not exist yet."""
    spans = tuple(span_of(book, period) for period in periods)
    return Survey(tenant_id, book, spans, reach, ("core", *sorted(plugins)))


_KNOWN: WeakKeyDictionary[RuleBook, dict[Period, Span]] = WeakKeyDictionary()


def span_of(book: RuleBook, period: Period) -> Span:
    """A period with the versions in force at its end; raises `InvalidInput` (field period) where the index has none."""
    known = _KNOWN.setdefault(book, {})
    if period not in known:
        known[period] = _span(book, period)
    return known[period]


def _span(book: RuleBook, period: Period) -> Span:
    day = period.end
    index = book.in_force(RULE, day) if RULE in book.rules else None
    if index is None:
        raise InvalidInput(
            "no_index",
            Words(
                f"{day} 没有生效的组织力指数规则，不能计算这个时段。请换一个时段。",
                f"On {day} no rule of the capability index is in force, so this period cannot be computed. Choose another period.",
            ),
            field="period",
        )
    return Span(
        period=period,
        index=index,
        hours=_first(book.all_in_force(day, "hours")),
        course=_first(book.all_in_force(day, "course")),
        talks=_first(book.all_in_force(day, "talks")),
        term=_first(book.all_in_force(day, "term")),
        frequencies=tuple(book.all_in_force(day, "frequency")),
        timers=tuple(v for v in book.all_in_force(day, "timer") if v.values.get("in_order", True)),
    )


def _first(versions: Sequence[RuleVersion]) -> RuleVersion | None:
    return versions[0] if versions else None


SPANS = "p as materialized (select * from unnest(:p, :firsts, :lasts) as p(n, first_on, last_on))"
"""The periods by number."""

BRANCHES = f"""b as materialized (select o.id, o.path, o.type from organization o where {IN_REACH} and o.kind = any(:branch_kinds))"""  # noqa: S608
"""The branches that are asked about."""

_TYPES: dict[str, Any] = {
    "branch_kinds": Text,
    "p": Integer,
    "firsts": Date,
    "lasts": Date,
}
INTEGERS, NUMBERS, TEXTS, DAYS = Integer, Double, Text, Date


def statement(sql: str, **arrays: Any) -> TextClause:
    """A statement on `SPANS` and `BRANCHES` with further arrays of these types."""
    types = _TYPES | arrays
    used = {name: kind for name, kind in types.items() if f":{name}" in sql}
    return text(sql).bindparams(*(bindparam(name, type_=ARRAY(kind())) for name, kind in used.items()))


def in_force(alias: str) -> str:
    """The condition on a fact under any alias that nothing ended it."""
    return f"not exists (select from fact_end e where e.tenant_id = {alias}.tenant_id and e.fact_id = {alias}.id)"


def counted(alias: str) -> str:
    """The condition that a fact is the tenant's, of a plugin that is on, and in force."""
    return f"{alias}.tenant_id = :t and {alias}.source = any(:sources) and {in_force(alias)}"
