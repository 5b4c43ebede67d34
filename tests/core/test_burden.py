"""The burden guard: what no configuration may ask of people, and that it holds by default."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_core.errors import InvalidInput
from zhibu_core.ledger.burden import bans, find_burdens, refuse_burdens
from zhibu_core.ledger.rule_pack import parse_pack

FORBIDDEN: list[tuple[str, dict[str, Any]]] = [
    ("ranking", {"ranking": True}),
    ("ranking", {"member_ranking": "weekly"}),
    ("ranking", {"page": {"showLeaderboard": True}}),
    ("ranking", {"columns": ["name", "rank"]}),
    ("ranking", {"title": {"zh": "党员学习排行榜", "en": "Board"}}),
    ("ranking", {"export": ["姓名", "名次"]}),
    ("ranking", {"percentile": 90}),
    ("ranking", {"notice": "公布红黑榜"}),
    ("points", {"points_per_meeting": 5}),
    ("points", {"kind": "积分"}),
    ("points", {"reward": "badge"}),
    ("points", {"streak_days": 7}),
    ("points", {"action": "Earn points"}),
    ("online_time", {"online_minutes": 30}),
    ("online_time", {"onlineTime": True}),
    ("online_time", {"inputs": ["screen_time"]}),
    ("online_time", {"dwell_seconds": 60}),
    ("online_time", {"inputs": ["在线时长"]}),
    ("online_time", {"active_days": 20}),
    ("study_time", {"study_minutes": 45}),
    ("study_time", {"inputs": ["learning_time"]}),
    ("study_time", {"watch_time": 10}),
    ("study_time", {"page_views": 3}),
    ("study_time", {"weights": {"学习时长": 0.3}}),
    ("study_time", {"inputs": ["阅读量"]}),
    ("study_hours_scored", {"strict": False}),
    ("study_hours_scored", {"inputs": ["training_hours"]}),
    ("study_hours_scored", {"inputs": ["学时"]}),
    ("likes", {"likes": 10}),
    ("likes", {"kind": "点赞"}),
    ("likes", {"forwards": 2}),
    ("likes", {"inputs": ["reposts"]}),
    ("likes", {"inputs": ["网络投票"]}),
    ("likes", {"followers": 100}),
    ("logins", {"login_count": 5}),
    ("logins", {"minLogins": 1}),
    ("logins", {"inputs": ["登录次数"]}),
    ("logins", {"must": "log in weekly"}),
    ("check_in", {"check_in": "daily"}),
    ("check_in", {"checkIn": True}),
    ("check_in", {"kind": "打卡"}),
    ("check_in", {"daily_sign_in": 1}),
    ("check_in", {"checkin": True}),
    ("check_in", {"inputs": ["签到率"]}),
    ("uploads", {"photo_count": 3}),
    ("uploads", {"photos": 1}),
    ("uploads", {"gps": True}),
    ("uploads", {"inputs": ["照片数"]}),
    ("uploads", {"require": "上传轨迹"}),
    ("uploads", {"selfie": True}),
    ("installs", {"install_rate": 0.9}),
    ("installs", {"inputs": ["downloads"]}),
    ("installs", {"inputs": ["激活率"]}),
    ("asks_again", {"form": "repeat form"}),
    ("asks_again", {"form": "重复填报"}),
]
ALLOWED: list[dict[str, Any]] = [
    {"kind": "theme_day", "every": "month", "times": 2},
    {"minutes_per_hour": 45, "yearly": 32, "listed_forms": ["session"]},
    {"strict": True, "inputs": ["attendance", "training_confirmed", "duty"]},
    {"ranking": False, "points": 0, "photos": None, "login_count": ""},
    {"marks": {"online": 1.0, "present": 1.0}, "likely": True},
    {"title": {"zh": "在线参加会议", "en": "Take part online"}},
    {"frankness": True, "appoint": 1, "blogging": 2},
]


def test_there_are_enough_forbidden_ones_and_every_ban_is_tried() -> None:
    assert len(FORBIDDEN) >= 40
    assert {key for key, _ in FORBIDDEN} == {ban.key for ban in bans().ban}


@pytest.mark.parametrize(("key", "config"), FORBIDDEN)
def test_what_is_banned_is_refused_naming_the_text(key: str, config: dict[str, Any]) -> None:
    assert key in {burden.ban.key for burden in find_burdens(config)}
    with pytest.raises(InvalidInput, match="国办函〔2026〕12号") as caught:
        refuse_burdens(config, where="layer 2026-01-01")
    assert caught.value.code == "burden"
    assert caught.value.message.zh.startswith("layer 2026-01-01")


@pytest.mark.parametrize("config", ALLOWED)
def test_what_the_rules_ask_for_is_allowed(config: dict[str, Any]) -> None:
    assert find_burdens(config) == []


@pytest.mark.parametrize(("key", "config"), FORBIDDEN)
def test_outside_public_institutions_only_the_strict_form_is_lifted(key: str, config: dict[str, Any]) -> None:
    found = {burden.ban.key for burden in find_burdens(config, mobile_public_institution=False)}
    assert (key in found) == (key != "study_hours_scored")


@given(st.sampled_from(FORBIDDEN), st.lists(st.sampled_from(["a", "deep", "list"]), max_size=4))
def test_hiding_it_deeper_does_not_help(forbidden: tuple[str, dict[str, Any]], path: list[str]) -> None:
    key, config = forbidden
    nested: dict[str, Any] = {"inputs": config} if "inputs" in config else config
    for name in path:
        nested = {name: [nested] if name == "list" else nested}
    assert key in {burden.ban.key for burden in find_burdens(nested)}


def test_a_rule_pack_with_a_banned_burden_is_refused() -> None:
    text = """
    key = "p"
    plugin = "p"
    title = { zh = "包", en = "Pack" }
    [[rule]]
    code = "p.daily"
    shape = "frequency"
    title = { zh = "每日打卡", en = "Daily" }
    parameters = { kind = "visit", every = "month" }
    [[rule.version]]
    effective_from = 2026-01-01
    source = { zh = "文", en = "Text" }
    says = { zh = "做", en = "Do" }
    """
    with pytest.raises(InvalidInput, match=r"p\.toml: p\.daily"):
        parse_pack(text, "p.toml")
