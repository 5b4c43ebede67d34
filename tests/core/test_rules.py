"""Rule packs and the rule book: reading, versions by date, tenant layers, and what is refused."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.ledger.rule_pack import parse_pack, read_pack
from zhibu_core.ledger.rules import RuleBook, TenantLayer, core_packs
from zhibu_core.ledger.shapes import Frequency, Sizes, TermOfOffice

HEAD = 'key = "p"\nplugin = "p"\ntitle = { zh = "包", en = "Pack" }\n'
VERSION = (
    '[[rule.version]]\neffective_from = {day}\nsource = {{ zh = "文", en = "Text" }}\n'
    'says = {{ zh = "做", en = "Do" }}\n{more}\n'
)
DAYS = st.dates(date(2010, 1, 1), date(2030, 12, 31))


def rule(
    *versions: tuple[str, str],
    code: str = "p.day",
    shape: str = "frequency",
    parameters: str = 'kind = "theme_day", every = "month"',
) -> str:
    head = (
        f'[[rule]]\ncode = "{code}"\nshape = "{shape}"\ntitle = {{ zh = "日", en = "Day" }}\n'
        f"parameters = {{ {parameters} }}\n"
    )
    return head + "".join(VERSION.format(day=day, more=more) for day, more in versions)


def book(text: str, *layers: TenantLayer, **more: Any) -> RuleBook:
    return RuleBook([parse_pack(HEAD + text, "p.toml")], layers, **more)


def layer(day: str, code: str = "p.day", reason: str = "党委决定", **parameters: Any) -> TenantLayer:
    return TenantLayer(code, date.fromisoformat(day), parameters, reason)


def test_the_latest_version_not_after_the_day_holds() -> None:
    rules = book(rule(("2018-10-28", ""), ("2020-01-01", "parameters = { times = 2 }")))
    assert rules.in_force("p.day", date(2018, 10, 27)) is None
    first, second = (rules.in_force("p.day", date.fromisoformat(day)) for day in ("2019-12-31", "2020-01-01"))
    assert first is not None
    assert second is not None
    assert (first.label, first.until, first.read(Frequency).times) == ("2018-10-28", date(2019, 12, 31), 1)
    assert (second.label, second.until, second.read(Frequency).times) == ("2020-01-01", None, 2)


def test_versions_may_stand_in_any_order_in_the_file() -> None:
    rules = book(rule(("2020-01-01", ""), ("2018-10-28", "")))
    assert [version.label for version in rules.versions("p.day")] == ["2018-10-28", "2020-01-01"]


def test_off_ends_a_rule_and_a_later_version_brings_it_back() -> None:
    rules = book(rule(("2018-01-01", ""), ("2020-01-01", "off = true"), ("2022-01-01", "")))
    assert rules.in_force("p.day", date(2021, 6, 1)) is None
    assert rules.in_force("p.day", date(2022, 1, 1)) is not None


def test_a_layer_lies_on_whatever_the_pack_says() -> None:
    text = rule(("2018-10-28", ""), ("2024-01-01", 'parameters = { every = "quarter" }'))
    rules = book(text, layer("2020-01-01", times=2))
    seen = [(v.label, v.read(Frequency).every, v.read(Frequency).times) for v in rules.versions("p.day")]
    assert seen == [
        ("2018-10-28", "month", 1),
        ("2018-10-28+tenant:2020-01-01", "month", 2),
        ("2024-01-01+tenant:2020-01-01", "quarter", 2),
    ]
    assert [version.reason for version in rules.versions("p.day")] == ["", "党委决定", "党委决定"]


def test_a_layer_may_end_a_rule_or_give_the_packs_text_back() -> None:
    rules = book(rule(("2018-10-28", "")), layer("2020-01-01", off=True), layer("2021-01-01"))
    assert rules.in_force("p.day", date(2020, 7, 1)) is None
    back = rules.in_force("p.day", date(2021, 1, 1))
    assert back is not None
    assert back.label == "2018-10-28"


def test_a_layer_before_the_rule_exists_brings_no_rule() -> None:
    rules = book(rule(("2018-10-28", "")), layer("2010-01-01", times=3))
    assert rules.in_force("p.day", date(2012, 1, 1)) is None
    assert [version.label for version in rules.versions("p.day")] == ["2018-10-28+tenant:2010-01-01"]


def test_layers_of_a_plugin_that_is_off_lie_unused() -> None:
    assert list(book(rule(("2018-10-28", "")), layer("2020-01-01", code="gone.rule")).rules) == ["p.day"]


@pytest.mark.parametrize(
    ("layers", "field"),
    [
        ([layer("2020-01-01", times=0)], "p.day.parameters"),
        ([layer("2020-01-01", every="week")], "p.day.parameters"),
        ([layer("2020-01-01", colour="red")], "p.day.parameters"),
        ([layer("2020-01-01", reason=" ", times=2)], "p.day.reason"),
        ([layer("2020-01-01", times=2), layer("2020-01-01", times=3)], "p.day.effective_from"),
        ([layer("2020-01-01", login_count=5)], "login_count"),
    ],
)
def test_a_layer_that_cannot_stand_is_refused(layers: list[TenantLayer], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        book(rule(("2018-10-28", "")), *layers)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key = ", ["p.toml"]),
        (rule(), ["p.toml", "rule p.day", "version"]),
        (rule(("2018-10-28", ""), ("2018-10-28", "")), ["rule p.day", "version.effective_from"]),
        (rule(("2018-10-28", ""), shape="rhythm"), ["rule p.day", "shape", "frequency"]),
        (rule(("2018-10-28", ""), code="Day"), ["rule Day", "code"]),
        (rule(("2018-10-28", "colour = 1")), ["rule p.day", "version.colour"]),
        (rule(("2018-10-28", ""), parameters='kind = "x"'), ["rule p.day", "parameters.every"]),
        (rule(("2018-10-28", ""), parameters='kind = "x", every = "week"'), ["rule p.day", "parameters.every"]),
        (rule(("2018-10-28", "parameters = { applies_to = ['village'] }")), ["rule p.day", "parameters", "village"]),
        (rule(("2018-10-28", "")).replace('{ zh = "日", en = "Day" }', '{ zh = "日" }'), ["rule p.day", "title.en"]),
        (rule(("'someday'", "")), ["rule p.day", "version.effective_from"]),
    ],
)
def test_a_bad_pack_is_refused_naming_file_rule_and_field(text: str, said: list[str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_pack(HEAD + text, "p.toml")
    assert caught.value.message.zh.startswith("p.toml")
    assert all(part in caught.value.message.zh for part in said), caught.value.message.zh


def test_two_packs_may_not_state_one_rule() -> None:
    pack = parse_pack(HEAD + rule(("2018-10-28", "")), "p.toml")
    with pytest.raises(InvalidInput, match="already stated in"):
        RuleBook([pack, pack])


def test_a_pack_belongs_to_the_plugin_that_brings_it(tmp_path: Any) -> None:
    file = tmp_path / "p.toml"
    file.write_text(HEAD + rule(("2018-10-28", "")), encoding="utf-8")
    assert read_pack(file, plugin="p").plugin == "p"
    with pytest.raises(InvalidInput, match="plugin"):
        read_pack(file, plugin="other")


def test_an_unknown_rule_is_not_found() -> None:
    with pytest.raises(NotFound):
        book(rule(("2018-10-28", ""))).in_force("p.night", date(2020, 1, 1))


def test_shape_data_is_read_by_its_owner() -> None:
    class Mine(msgspec.Struct):
        weight: float

    version = book(rule(("2018-10-28", ""), shape="data", parameters="weight = 0.5")).versions("p.day")[0]
    assert version.parameters is None
    assert version.read(Mine) == Mine(0.5)


def test_core_packs_state_terms_and_sizes() -> None:
    rules = RuleBook(core_packs())
    today = date(2026, 10, 31)
    assert [version.code for version in rules.all_in_force(today)] == ["core.term", "core.sizes"]
    assert rules.all_in_force(today, "term")[0].read(TermOfOffice).years["committee"] == 5
    assert rules.all_in_force(today, "sizes")[0].read(Sizes).branch_most == 50


@st.composite
def dated_books(draw: st.DrawFn) -> RuleBook:
    dates = draw(st.lists(DAYS, min_size=1, max_size=6, unique=True))
    text = rule(*((str(day), draw(st.sampled_from(["", "off = true"]))) for day in dates))
    changes = [{}, {"times": 2}, {"times": 3, "every": "quarter"}, {"off": True}]
    layers = [
        TenantLayer("p.day", day, dict(draw(st.sampled_from(changes))), "因为")
        for day in draw(st.lists(DAYS, max_size=6, unique=True))
    ]
    return book(text, *layers)


@given(dated_books(), DAYS)
def test_every_day_has_one_version_at_most(rules: RuleBook, day: date) -> None:
    holding = [version for version in rules.versions("p.day") if version.holds_on(day)]
    assert len(holding) <= 1
    assert rules.in_force("p.day", day) == (holding[0] if holding else None)


@given(dated_books())
def test_versions_follow_each_other_without_overlap(rules: RuleBook) -> None:
    versions = rules.versions("p.day")
    for earlier, later in pairwise(versions):
        assert earlier.until is not None
        assert earlier.until < later.effective_from
    for version in versions:
        before = rules.in_force("p.day", version.effective_from - timedelta(days=1))
        assert before is None or before.until == version.effective_from - timedelta(days=1)
