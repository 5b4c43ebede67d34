"""Windows of frequency rules: whole units, vacation, versions, founding, groups."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.ledger.held import Activity, Traits, held_duties
from zhibu_core.ledger.rule_pack import parse_pack
from zhibu_core.ledger.rules import RuleBook, TenantLayer
from zhibu_core.ledger.shapes import Frequency
from zhibu_core.ledger.windows import plan_windows, windows
from zhibu_core.periods import Period, parse_period

PACK = """
key = "p"
plugin = "p"
title = { zh = "包", en = "Pack" }

[[rule]]
code = "p.theme"
shape = "frequency"
title = { zh = "日", en = "Day" }
parameters = { kind = "theme_day", every = "month", vacation_months = [2, 7, 8], vacation_types = ["学生"] }
[[rule.version]]
effective_from = 2018-10-28
source = { zh = "文", en = "Text" }
says = { zh = "做", en = "Do" }

[[rule]]
code = "p.group"
shape = "frequency"
title = { zh = "组", en = "Group" }
parameters = { kind = "group_meeting", every = "month", needs = "group" }
[[rule.version]]
effective_from = 2018-10-28
source = { zh = "文", en = "Text" }
says = { zh = "做", en = "Do" }

[[rule]]
code = "p.life"
shape = "frequency"
title = { zh = "会", en = "Meeting" }
parameters = { kind = "org_life_meeting", every = "year" }
[[rule.version]]
effective_from = 2018-10-28
source = { zh = "文", en = "Text" }
says = { zh = "做", en = "Do" }
"""
STARTS = st.dates(date(2019, 1, 1), date(2030, 1, 1))
LENGTHS = st.integers(0, 900)
MONTHS = st.lists(st.integers(1, 12), unique=True, max_size=12).map(tuple)


def book(*layers: TenantLayer) -> RuleBook:
    return RuleBook([parse_pack(PACK, "p.toml")], layers)


def labels(period: str, code: str, *layers: TenantLayer, vacation: bool = False) -> list[str]:
    planned = plan_windows(book(*layers), parse_period(period))
    return [p.window.label for p in planned if p.version.code == code and p.vacation in (None, vacation)]


def test_months_that_lie_whole_inside() -> None:
    assert labels("2026-04-02/2026-07-30", "p.theme") == ["2026-05", "2026-06"]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2026-02", []),
        ("2026-07", []),
        ("2026Q3", ["2026-07..2026-08", "2026-09"]),
        ("2026Q1", ["2026-01", "2026-03"]),
        ("2026-08-01/2026-09-30", ["2026-09"]),
    ],
)
def test_vacation_months_of_student_branches(period: str, expected: list[str]) -> None:
    assert labels(period, "p.theme", vacation=True) == expected


def test_a_yearly_window_belongs_to_the_period_that_holds_its_due_day() -> None:
    assert labels("2026Q4", "p.life") == ["2026"]
    assert labels("2026Q3", "p.life") == []
    assert labels("2025-12-31/2027-01-01", "p.life") == ["2025", "2026"]


def test_the_due_month_of_a_yearly_duty_may_be_another() -> None:
    march = TenantLayer("p.life", date(2020, 1, 1), {"due_month": 3}, "本校安排")
    (planned,) = [p for p in plan_windows(book(march), parse_period("2026Q1")) if p.version.code == "p.life"]
    assert (planned.window.opens_on, planned.window.due_on) == (date(2026, 1, 1), date(2026, 3, 31))


def test_a_window_belongs_to_the_version_of_the_day_it_opens() -> None:
    layers = [TenantLayer("p.group", date(2026, 5, 2), {"times": 2}, "本校安排")]
    planned = [p for p in plan_windows(book(*layers), parse_period("2026Q2")) if p.version.code == "p.group"]
    assert [(p.window.label, p.window.required, p.version.label) for p in planned] == [
        ("2026-04", 1, "2018-10-28"),
        ("2026-05", 1, "2018-10-28"),
        ("2026-06", 2, "2018-10-28+tenant:2026-05-02"),
    ]


def test_no_window_before_the_rule_exists_or_after_it_ended() -> None:
    assert labels("2018", "p.theme") == ["2018-11", "2018-12"]
    assert labels("2018", "p.life") == []
    ended = TenantLayer("p.theme", date(2026, 5, 1), {"off": True}, "停用")
    assert labels("2026Q2", "p.theme", ended) == ["2026-04"]


def test_a_reminder_comes_before_the_due_day() -> None:
    planned = plan_windows(book(), parse_period("2026-05"))[0]
    assert planned.remind_on == date(2026, 5, 24)


@given(STARTS, LENGTHS, MONTHS, st.integers(1, 3), st.booleans())
def test_windows_share_out_the_months(
    start: date, length: int, off: tuple[int, ...], times: int, vacation: bool
) -> None:
    period = Period.of(start, start + timedelta(days=length))
    frequency = Frequency(kind="x", every="month", times=times, vacation_months=off)
    months = period.units("month")
    found = windows(frequency, months, vacation=vacation)
    assert all(period.start <= w.opens_on <= w.due_on <= period.end and w.required > 0 for w in found)
    assert all(earlier.due_on < later.opens_on for earlier, later in pairwise(found))
    counted = [m for m in months if vacation and m.start.month in off]
    work = [m for m in months if m not in counted]
    assert {w.label for w in found} >= {m.name for m in work}
    relief = sum(w.required for w in found if w.label not in {m.name for m in work})
    assert relief <= times * len(counted) // 2
    if not vacation:
        assert sum(w.required for w in found) == times * len(months)


@given(STARTS, LENGTHS)
def test_every_organization_gets_the_windows_of_its_own_kind(start: date, length: int) -> None:
    period = Period.of(start, start + timedelta(days=length))
    rules = book()
    for vacation in (False, True):
        planned = [
            p.window
            for p in plan_windows(rules, period)
            if p.version.code == "p.theme" and p.vacation in (None, vacation)
        ]
        frequency = rules.versions("p.theme")[0].read(Frequency)
        assert planned == windows(frequency, period.units("month"), vacation=vacation)


def test_each_group_owes_its_own_and_nobody_elses_counts() -> None:
    held = [Activity(date(2026, 5, 3), frozenset({"group_meeting"}), "甲")]
    result = held_duties(Traits("branch", groups=("甲", "乙")), parse_period("2026-05"), held, book())
    assert [(d.kind, d.group, d.held) for d in result.duties] == [
        ("theme_day", None, 0),
        ("group_meeting", "甲", 1),
        ("group_meeting", "乙", 0),
    ]
    assert (result.required, result.credited, result.regularity) == (3, 1, pytest.approx(1 / 3))


def test_kinds_without_organizational_life_owe_nothing() -> None:
    result = held_duties(Traits("committee", has_committee=True), parse_period("2026"), [], book())
    assert (result.duties, result.regularity) == ((), None)


def test_a_yearly_window_may_begin_before_the_period_but_not_before_the_founding() -> None:
    held = [Activity(date(2026, 1, 9), frozenset({"org_life_meeting"}))]

    def owed(founded: str) -> list[tuple[str, int]]:
        traits = Traits("branch", founded_on=date.fromisoformat(founded))
        result = held_duties(traits, parse_period("2026-12"), held, book())
        return [(duty.kind, duty.held) for duty in result.duties]

    assert owed("2026-01-01") == [("theme_day", 0), ("org_life_meeting", 1)]
    assert owed("2026-01-02") == [("theme_day", 0)]


@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=40))
def test_more_than_required_earns_no_more(days: list[date]) -> None:
    held = [Activity(day, frozenset({"theme_day"})) for day in days]
    result = held_duties(Traits("branch", type="学生"), parse_period("2026"), held, book())
    assert 0 <= result.credited <= result.required == 9 + 1 + 1
