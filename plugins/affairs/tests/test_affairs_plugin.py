"""What the plugin declares fits what it does: every kind that its rules speak of is one that it writes."""

from zhibu_affairs.development import ALL_STEPS
from zhibu_affairs.models import HALF_YEAR_REVIEW
from zhibu_affairs.plugin import fact_kinds, manifest, permissions, rule_packs
from zhibu_core.ledger.rules import RuleBook, packs_of
from zhibu_core.ledger.shapes import Timer


def test_every_step_is_a_kind_of_fact() -> None:
    steps = {kind.key.removeprefix("development.") for kind in fact_kinds() if kind.key.startswith("development.")}
    assert steps == {*ALL_STEPS, HALF_YEAR_REVIEW}


def test_rules_speak_of_declared_kinds() -> None:
    declared = {kind.key for kind in fact_kinds()}
    for rule in RuleBook(packs_of("zhibu_affairs")).of_shape("timer"):
        timer = rule.read(rule.parameters)
        assert isinstance(timer, Timer)
        assert {timer.starts, timer.needs, *timer.closed_by} <= declared
        assert timer.restarted_by is None or timer.restarted_by in declared


def test_auditors_see_no_amounts() -> None:
    dues = {action.key: action.roles for action in permissions() if action.key.startswith("affairs.dues.")}
    assert all("auditor" not in roles for roles in dues.values())
    assert all(action.key.startswith(f"{manifest().key}.") for action in permissions())
    assert all(pack.is_file() for pack in rule_packs())
