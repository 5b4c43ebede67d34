"""What words of clerks mean: forms of study and whom a course addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_learning.words import Audience, read_audience, read_form


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("集中轮训", "session"),
        ("专题讲座", "session"),
        ("", "session"),
        ("专题培训班", "certificate"),
        ("网络学习", "online"),
        ("线上直播课", "online"),
        ("自学", "self_study"),
        ("在线自学", "self_study"),
    ],
)
def test_forms(word: str, form: str) -> None:
    assert read_form(word) == form


@pytest.mark.parametrize(
    ("word", "audience"),
    [
        ("全体党员", Audience("all")),
        ("全 体 党 员", Audience("all")),
        ("党员", Audience("all")),
        ("", Audience("all")),
        ("全体预备党员", Audience("probationary")),
        ("正式党员", Audience("full_member")),
        ("支部书记、委员", Audience("post_holder")),
        ("学生党员", Audience("type", "学生")),
        ("所有离退休党员", Audience("type", "离退休")),
    ],
)
def test_audiences(word: str, audience: Audience) -> None:
    assert read_audience(word) == audience


@given(st.text(max_size=12), st.sampled_from(["full_member", "probationary"]), st.booleans())
def test_an_audience_nobody_knows_addresses_nobody(word: str, member_class: str, post_holder: bool) -> None:
    audience = read_audience(word)
    addressed = audience.addresses(member_class, post_holder=post_holder, branch_type="教工")
    assert addressed == (
        audience.key == "all"
        or audience.key == member_class
        or (audience.key == "post_holder" and post_holder)
        or (audience.key == "type" and audience.type == "教工")
    )
