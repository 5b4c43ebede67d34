"""The pack of organizational life: which duties there are and where each comes from."""

from datetime import date

from zhibu_core.ledger.rules import RuleBook, packs_of
from zhibu_core.ledger.shapes import Frequency, Talks

TODAY = date(2026, 10, 31)
BOOK = RuleBook(packs_of("zhibu_orglife"))


def test_how_often_each_kind_is_due() -> None:
    duties = {v.code: v.read(Frequency) for v in BOOK.all_in_force(TODAY, "frequency")}
    assert {code: (duty.every, duty.needs) for code, duty in duties.items()} == {
        "orglife.theme_day": ("month", None),
        "orglife.committee_meeting": ("month", "committee"),
        "orglife.group_meeting": ("month", "group"),
        "orglife.member_meeting": ("quarter", None),
        "orglife.party_class": ("quarter", None),
        "orglife.org_life_meeting": ("year", None),
        "orglife.member_evaluation": ("year", None),
    }
    assert all((duty.vacation_months == (2, 7, 8)) == (duty.every == "month") for duty in duties.values())


def test_talks_are_counted_and_not_asked_for() -> None:
    (talks,) = BOOK.all_in_force(TODAY, "talks")
    assert talks.read(Talks) == Talks(kind="talk", months=12)


def test_every_rule_says_what_to_do_and_whether_its_article_was_verified() -> None:
    for version in BOOK.all_in_force(TODAY):
        assert version.source.zh
        assert version.source.en
        assert version.article_verified == bool(version.article)
        if version.rule.shape == "frequency":
            assert version.rule.action is not None
            assert version.rule.minutes > 0


def test_the_theme_day_moved_from_one_regulation_to_the_next() -> None:
    assert [version.label for version in BOOK.versions("orglife.theme_day")] == ["2018-10-28", "2019-05-06"]
