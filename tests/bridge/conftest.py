"""A bridge served for real on loopback: two tenants' CAS sources before one CAS server, and a client that is Zhibu's own code."""

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import pytest_asyncio

from zhibu_bridge.assembling import make_issuers
from zhibu_bridge.issuer import BridgeIssuer
from zhibu_bridge.routes import create_bridge
from zhibu_bridge.settings import BridgeSettings, Client, SourceSettings
from zhibu_core.identity.code_flow import Attempt, authorization_address, new_attempt
from zhibu_core.identity.issuers import Issuer
from zhibu_core.identity.sources import Source
from zhibu_testing.cas_server import CasServer, cas_server
from zhibu_testing.chromium import Quiet
from zhibu_testing.loopback import Asked, Said, answering
from zhibu_testing.signing_in import Browser

SECRET = "secret-of-a-loopback-test"
USERS = {"zhang": "correct horse", "li": "battery staple"}
ATTRIBUTES = {"zhang": {"employeeNumber": "2019001", "mail": "one@example.edu.cn"}, "li": {"employeeNumber": "2019002"}}


@dataclass
class Bridge:
    """The running bridge, its CAS server, and what the clients' back channel was told."""

    issuers: dict[str, BridgeIssuer]
    cas: CasServer
    client: str
    told: list[dict[str, str]]

    def source(self, name: str, **changed: Any) -> Source:
        """Zhibu's view of a source: an issuer that is wholly the tenant's."""
        address = self.issuers[name].address
        return Source(Issuer(address, "zhibu"), **({"client_id": "zhibu", "client_secret": SECRET} | changed))

    async def begin(self, name: str) -> tuple[Attempt, str]:
        """A fresh attempt of Zhibu's, and where it sends the browser."""
        attempt = new_attempt("", time.time())
        return attempt, await authorization_address(self.source(name), attempt, self.client)

    async def sign_in(self, name: str, user: str, browser: Browser | None = None) -> tuple[Attempt, dict[str, str]]:
        """Through CAS's page and back to the client; the attempt, and the query that the browser brings."""
        using = browser or Browser()
        attempt, address = await self.begin(name)
        page = await using.get(address)
        if "username" in page.text:
            page = await using.fill(page, username=user, password=USERS[user])
        assert str(page.url).startswith(self.client), page.text
        return attempt, dict(parse_qsl(urlsplit(str(page.url)).query))

    async def redeem(self, name: str, **form: str) -> httpx.Response:
        """Asks a source's token endpoint as the client does."""
        given = {"grant_type": "authorization_code", "client_id": "zhibu", "client_secret": SECRET}
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            return await client.post(
                f"{self.issuers[name].address}/token", data=given | {"redirect_uri": self.client} | form
            )


@pytest.fixture(scope="module")
def cas() -> Iterator[CasServer]:
    """The campus's CAS."""
    with cas_server(USERS, ATTRIBUTES) as server:
        yield server


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the bridge keeps its keys and reads its secrets."""
    made = tmp_path_factory.mktemp("bridge")
    (made / "client.secret").write_text(SECRET, encoding="utf-8")
    return made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bridge(cas: CasServer, folder: Path) -> AsyncIterator[Bridge]:
    """Served with uvicorn."""
    told: list[dict[str, str]] = []

    def hear(asked: Asked) -> Said:
        told.append(asked.form)
        return Said("ok")

    with answering(hear) as back, socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        client = f"{cas.address.removesuffix('/cas')}/client"
        made = {
            name: _source(tenant, cas.address, client, back, algorithm=algorithm, **own)
            for name, tenant, algorithm, own in (
                ("home", "yunting", "ES256", {"subject": "employeeNumber"}),
                ("neighbour", "hengling", "RS256", {}),
            )
        }
        issuers = make_issuers(BridgeSettings(address, "data", made, demo=True), folder)
        server = Quiet(_config(issuers))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield Bridge(issuers, cas, client, told)
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await serving


def _source(tenant: str, cas: str, client: str, back: str, *, algorithm: Any, **own: str) -> SourceSettings:
    bound = Client("zhibu", "client.secret", [client], f"{back}/{secrets.token_hex(2)}")
    return SourceSettings("cas", tenant, bound, {"server": cas, **own}, algorithm)


def _config(issuers: dict[str, BridgeIssuer]) -> Any:
    import uvicorn

    return uvicorn.Config(create_bridge(issuers, secure=False), log_config=None, lifespan="off")
