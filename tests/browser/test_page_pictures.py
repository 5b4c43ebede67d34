"""The README's pictures: made here, so that they show what there is; ZHIBU_PICTURES=1 keeps them in docs/pictures."""

import os
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs" / "pictures"
PICTURES = {
    "home": ("secretary", "/"),
    "workbench": ("secretary", "/life/workbench?month=2026-10"),
    "record": ("secretary", "/life/record?org=111&kind=theme_day"),
    "members": ("organizer", "/people/members"),
    "plugins": ("admin", "/plugins"),
}
LARGEST = 200_000
pytestmark = [pytest.mark.browser, pytest.mark.modes]


@pytest.mark.parametrize("name", sorted(PICTURES))
async def test_a_picture_can_be_made(world: Any, sit_down: Any, tmp_path: Path, name: str) -> None:
    role, path = PICTURES[name]
    folder = DOCS if os.environ.get("ZHIBU_PICTURES") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.png"
    async with sit_down(world.home.browsers[role], phone=True) as desk:
        await desk.open(path)
        assert await desk.page.locator("h1").count() == 1
        await desk.page.screenshot(path=target)
    assert 5_000 < target.stat().st_size < LARGEST
