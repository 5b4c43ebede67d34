"""Every page of core for every role that opens it: no axe findings, nothing too wide, no complaints of the browser."""

from collections.abc import Iterable
from typing import Any

import pytest

pytestmark = pytest.mark.browser
PAGES = {
    "secretary": ("/", "/people/members", "/people/members/{person}", "/people/organizations/111", "/me", "/more"),
    "member": ("/", "/me", "/me/accesses", "/me/identity", "/people/organizations", "/help", "/help/home", "/rules"),
    "organizer": ("/", "/people/members/{person}/unmask", "/people/organizations/11", "/exchange/imports"),
    "admin": (
        "/",
        "/plugins",
        "/plugins/learning",
        "/partnership/listing",
        "/people/roles",
        "/people/sign-ins",
        "/exchange/programs",
        "/rules/orglife.theme_day",
        "/rules/core.term",
    ),
    "auditor": ("/", "/audit", "/audit?since=x", "/people/roles", "/plugins", "/people/organizations?day=2026-02-30"),
}
MODES: dict[str, dict[str, Any]] = {
    "phone": {"phone": True},
    "desk": {},
    "large": {"phone": True, "size": "largest"},
    "english": {"phone": True, "locale": "en"},
}
USUAL = ("phone",)
"""What `make test` looks at; the other modes are looked at by `.ci/run` (marker `modes`)."""

OFTEN = ("secretary",)
"""Whose pages `make test` looks at; those of the other roles `.ci/run`."""

ROLES = [role if role in OFTEN else pytest.param(role, marks=pytest.mark.modes) for role in sorted(PAGES)]


@pytest.mark.parametrize("role", ROLES)
async def test_no_findings(world: Any, sit_down: Any, role: str) -> None:
    await _look(world, sit_down, role, USUAL)


@pytest.mark.modes
@pytest.mark.parametrize("role", sorted(PAGES))
async def test_no_findings_in_other_modes(world: Any, sit_down: Any, role: str) -> None:
    await _look(world, sit_down, role, [mode for mode in MODES if mode not in USUAL])


async def _look(world: Any, sit_down: Any, role: str, modes: Iterable[str]) -> None:
    person = world.home.people["张一"].id
    troubles: dict[str, list[str]] = {}
    for mode in modes:
        async with sit_down(world.home.browsers[role], **MODES[mode]) as desk:
            for path in PAGES[role]:
                await desk.open(path.format(person=person))
                assert await desk.page.locator("h1").count() == 1, path
                if found := await desk.findings():
                    troubles[f"{path} {mode}"] = found
    assert not troubles
