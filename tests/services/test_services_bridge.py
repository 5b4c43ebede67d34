"""From a campus's CAS through the login bridge and Keycloak into a tenant, and out again; never into another tenant."""

import asyncio
import contextlib
import socket
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from zhibu_bridge.assembling import make_issuers
from zhibu_bridge.routes import create_bridge
from zhibu_bridge.settings import BridgeSettings, Client, SourceSettings
from zhibu_core.errors import InvalidInput
from zhibu_core.identity.accounts import invite
from zhibu_tenants.keycloak.broker_files import read_broker
from zhibu_tenants.keycloak.provisioning import NewBroker, provision
from zhibu_testing.cas_server import CasServer, cas_server
from zhibu_testing.chromium import Quiet
from zhibu_testing.signing_in import Browser, text_of

SECRET = "secret-of-a-loopback-test"


@contextlib.asynccontextmanager
async def bridge_for(place: Any, cas: CasServer, folder: Path) -> AsyncIterator[str]:
    """A bridge with one source, bound to the place's tenant; gives the issuer's address."""
    (folder / "client.secret").write_text(SECRET, encoding="utf-8")
    logout = f"{place.plan.issuer}/protocol/openid-connect/logout/backchannel-logout"
    client = Client("zhibu", "client.secret", [place.plan.broker_address], logout)
    source = SourceSettings("cas", place.tenant.slug, client, {"server": cas.address})
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        issuers = make_issuers(BridgeSettings(address, "data", {"campus": source}, demo=True), folder)
        server = Quiet(uvicorn.Config(create_bridge(issuers, secure=False), log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield issuers["campus"].address
        server.should_exit = True
        await serving


def broker_file(folder: Path, issuer: str) -> Path:
    text = f'kind = "oidc"\nissuer = "{issuer}"\nclient_id = "zhibu"\nclient_secret_file = "client.secret"\n'
    text += 'username_claim = "preferred_username"\nname.zh = "校园统一身份认证"\nname.en = "Campus"\n'
    (folder / "broker.toml").write_text(text, encoding="utf-8")
    return folder / "broker.toml"


@pytest.mark.parametrize("where", ["home", "own"])
async def test_who_is_known_to_cas_comes_in_and_goes_out_with_it(campus: Any, where: str, tmp_path: Path) -> None:
    place, user = getattr(campus, where), f"Zhang-{uuid.uuid4().hex[:6]}"
    own_realm = place.plan.alias is None
    with cas_server({user: "correct horse"}) as cas:
        async with bridge_for(place, cas, tmp_path) as issuer:
            file = broker_file(tmp_path, issuer)
            with pytest.raises(InvalidInput, match="另一个租户"):
                await read_broker(file, campus.neighbour.tenant.slug, demo=True)
            given = NewBroker(*await read_broker(file, place.tenant.slug, demo=True))
            await provision(campus.platform, place.scope, own_realm=own_realm, broker=given)
            try:
                await through_cas(campus, place, cas, user)
            finally:
                await provision(campus.platform, place.scope, own_realm=own_realm, broker=NewBroker(None))


async def through_cas(campus: Any, place: Any, cas: CasServer, user: str) -> None:
    async with campus.platform.database.session(place.tenant.id) as session:
        code = await invite(session, place.people["李华"], None)
    browser = Browser()
    page = await browser.get(f"{place.base}/sign-in/go")
    assert str(page.url).startswith(f"{cas.address}/login")
    page = await browser.fill(page, username=user, password="correct horse")
    assert str(page.url).endswith("/sign-in/enrol"), text_of(page)[:300]
    page = await browser.fill(page, code=code)
    assert str(page.url) == f"{place.base}/"
    # Of the same realm, and of no other tenant.
    assert (await browser.get(f"{campus.neighbour.base}/me/identity", follow=False)).status_code != 200
    assert set(await asyncio.to_thread(cas.end, user)) == {200}
    for _ in range(50):
        if (await browser.get(f"{place.base}/me/identity", follow=False)).status_code != 200:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("CAS signed out, and the session here lives on")
