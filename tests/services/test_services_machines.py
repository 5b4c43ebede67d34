"""Programs and the command line: client credentials bound to one tenant and its scopes, `zhibu login` by the device grant."""

import asyncio
import os
import stat
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from zhibu_core.errors import InvalidInput
from zhibu_tenants.keycloak.programs import create_program, end_program


async def token_of(issuer: str, client: str, secret: str) -> str:
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        found = await http.post(f"{issuer}/protocol/openid-connect/token", data=form)
    return str(found.json()["access_token"])


async def ask(place: Any, token: str, query: str) -> tuple[int, Any]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        headers = {"Authorization": f"Bearer {token}"}
        answer = await http.post(f"{place.base}/graphql", json={"query": query}, headers=headers)
    return answer.status_code, answer.json().get("data")


ORGANIZATIONS = "{ organizations(first: 1) { totalCount } }"
MEMBERS = "{ members(first: 1) { totalCount } }"


async def test_a_program_may_what_it_was_given_in_its_tenant_alone(campus: Any) -> None:
    place = campus.home
    made, secret = await create_program(campus.platform, place.scope, "hr", ["organization.read"])
    token = await token_of(made.issuer, made.client_id, secret)
    assert await ask(place, token, ORGANIZATIONS) == (200, {"organizations": {"totalCount": 1}})
    status, data = await ask(place, token, MEMBERS)
    assert status == 403 or not (data or {}).get("members")
    for other in (campus.neighbour, campus.own):
        status, data = await ask(other, token, ORGANIZATIONS)
        assert (status in (401, 403), data) == (True, None)
    await create_program(campus.platform, place.scope, "hr", ["organization.read", "member.read"])
    assert await ask(place, token, MEMBERS) == (200, {"members": {"totalCount": 3}})
    await end_program(campus.platform, place.scope, "hr")
    assert (await ask(place, token, ORGANIZATIONS))[0] == 403
    with pytest.raises(KeyError):
        await token_of(made.issuer, made.client_id, secret)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["organization.read", "x.y"]])
async def test_scopes_that_do_not_exist_are_refused(campus: Any, scopes: list[str]) -> None:
    with pytest.raises(InvalidInput):
        await create_program(campus.platform, campus.home.scope, "bad", scopes)


async def test_the_command_line_signs_in_by_a_browser_elsewhere(campus: Any, tmp_path: Path, address: str) -> None:
    place, number = campus.home, f"n{uuid.uuid4().hex[:10]}"
    await campus.account(place, await campus.user(place, number), "赵敏")
    env = os.environ | {"XDG_CONFIG_HOME": str(tmp_path)}
    zhibu = [str(Path(sys.executable).with_name("zhibu"))]
    login = [*zhibu, "login", "--server", address, "--tenant", place.tenant.slug]
    process = await asyncio.create_subprocess_exec(*login, env=env, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    await confirm(campus, (await process.stdout.readline()).decode().strip(), number)
    assert await asyncio.wait_for(process.wait(), 60) == 0
    kept = tmp_path / "zhibu" / "login.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    asked = await asyncio.create_subprocess_exec(*zhibu, "whoami", env=env, stdout=asyncio.subprocess.PIPE)
    said, _ = await asked.communicate()
    assert (asked.returncode, said.decode()) == (0, f"{place.tenant.slug}\t赵敏\n")


async def confirm(campus: Any, address: str, number: str) -> None:
    browser = campus.browser()
    page = await browser.fill(await browser.get(address), username=number, password="correct horse battery")
    await browser.fill(page, accept="Yes")
