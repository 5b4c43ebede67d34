"""What pages say is wrong, in the reader's language: pages of errors and forms that are shown again."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.mark.parametrize(("cookies", "said"), [("", "没有找到这个页面。"), ("zhibu-lang=en", "There is no such page.")])
async def test_the_page_of_an_error(world: Any, ask: Ask, cookies: str, said: str) -> None:
    answer = await ask(world.home.organizer, "GET", "/no/such/page", cookies=cookies)
    assert answer.status_code == 404
    assert said in answer.text


@pytest.mark.parametrize(
    ("cookies", "said"), [("", "请填写工号或学号。"), ("zhibu-lang=en", "Give the staff or student number.")]
)
async def test_a_form_that_is_shown_again(world: Any, ask: Ask, cookies: str, said: str) -> None:
    answer = await ask(
        world.home.admin, "POST", "/people/roles", cookies=cookies, data={"person": "", "role": "member"}
    )
    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize(
    ("cookies", "said"), [("", "请先选择要导入的文件。"), ("zhibu-lang=en", "Choose the files to import first.")]
)
async def test_an_upload_of_nothing(world: Any, ask: Ask, cookies: str, said: str) -> None:
    answer = await ask(world.home.organizer, "POST", "/exchange/imports", cookies=cookies, files=[("none", b"")])
    assert answer.status_code == 422
    assert answer.text.count(said) == 2
