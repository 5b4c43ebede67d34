"""The pack of development timers mirrors the table that judges cases."""

from datetime import date

import pytest

from zhibu_affairs.development.timers import TIMERS, TimerRule
from zhibu_core.ledger.rules import RuleBook, RuleVersion, packs_of
from zhibu_core.ledger.shapes import Timer

TODAY = date(2026, 10, 31)
BOOK = RuleBook(packs_of("zhibu_affairs"))


def versions_of(timer: TimerRule) -> tuple[RuleVersion, ...]:
    found = [BOOK.versions(rule.code) for rule in BOOK.of_shape("timer")]
    return next(versions for versions in found if versions[0].read(Timer).alert == timer.code)


def test_every_timer_has_its_rule() -> None:
    assert [v.read(Timer).alert for v in BOOK.all_in_force(TODAY, "timer")] == [timer.code for timer in TIMERS]


@pytest.mark.parametrize("timer", TIMERS, ids=lambda timer: timer.code)
def test_a_rule_says_what_the_table_says(timer: TimerRule) -> None:
    version = versions_of(timer)[-1]
    assert version.read(Timer) == Timer(
        alert=timer.code,
        starts=f"development.{timer.starts}",
        needs=f"development.{timer.needs}",
        closed_by=tuple(f"development.{step}" for step in timer.closed_by),
        months=timer.months,
        until_on=timer.extendable,
        restarted_by="development.half_year_review" if timer.half_yearly else None,
        lead_days=timer.lead_days,
        critical_months=timer.critical_months,
        in_order=timer.code != "DEV-HALF",
    )
    assert version.article == timer.article
    assert version.article_verified


@pytest.mark.parametrize("timer", TIMERS, ids=lambda timer: timer.code)
def test_limits_of_the_2026_text_exist_only_since_then(timer: TimerRule) -> None:
    first = versions_of(timer)[0].effective_from
    assert first == (timer.exists_from or date(2014, 5, 28))
