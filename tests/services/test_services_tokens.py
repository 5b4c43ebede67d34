"""Tokens that are forged, stolen or meant for others: refused, whoever issued what they are made of (tenancy-security.md 10)."""

import asyncio
import base64
import hmac
import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from zhibu_core.identity.accounts import link
from zhibu_core.identity.models import IdentitySource
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import instant_of
from zhibu_tenants.keycloak import wanted
from zhibu_tenants.keycloak.admin import administering
from zhibu_tenants.keycloak.clients import secret_of, settle_client
from zhibu_testing.signing_in import Browser

Form = dict[str, str]


async def token_of(issuer: str, form: Form) -> dict[str, Any]:
    """What the issuer's token endpoint answers."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        points = (await client.get(f"{issuer}/.well-known/openid-configuration")).json()
        found: dict[str, Any] = (await client.post(points["token_endpoint"], data=form)).json()
        return found


async def viewer(place: Any, token: str) -> tuple[int, Any]:
    """Who the platform takes the token's bearer for."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        answer = await client.post(
            f"{place.base}/graphql",
            json={"query": "{ viewer { name } }"},
            headers={"Authorization": f"Bearer {token}"},
        )
    data = answer.json().get("data")
    return answer.status_code, data and data["viewer"]["name"]


async def signed_in_by_device(campus: Any, place: Any, number: str) -> dict[str, Any]:
    """The tokens of a user who confirmed a device in a browser, as `zhibu login` gets them."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        points = (await client.get(f"{place.plan.issuer}/.well-known/openid-configuration")).json()
        asked = {"client_id": "zhibu-command", "scope": f"openid organization:{place.plan.alias}"}
        started = (await client.post(points["device_authorization_endpoint"], data=asked)).json()
    await confirm_device(started["verification_uri_complete"], number)
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": started["device_code"]}
    await asyncio.sleep(0.2)
    return await token_of(place.plan.issuer, form | {"client_id": "zhibu-command"})


async def confirm_device(address: str, number: str) -> None:
    """The person's part: signs in and allows the device."""
    browser = Browser()
    page = await browser.get(address)
    page = await browser.fill(page, username=number, password="correct horse battery")
    await browser.fill(page, accept="Yes")


@dataclass
class Real:
    """A real token that is good, the keys of its issuer, and other real tokens of that issuer that are not good."""

    place: Any
    good: str
    name: str
    keys: KeySet
    others: dict[str, str]

    @property
    def header(self) -> dict[str, Any]:
        return part_of(self.good, 0)

    @property
    def claims(self) -> dict[str, Any]:
        return part_of(self.good, 1)


def part_of(token: str, number: int) -> dict[str, Any]:
    text = token.split(".")[number]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def keys_of(issuer: str) -> KeySet:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        points = (await client.get(f"{issuer}/.well-known/openid-configuration")).json()
        return KeySet.import_key_set((await client.get(points["jwks_uri"])).json())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def keycloak(campus: Any) -> Real:
    """A member's token of the shared realm."""
    place, number = campus.home, f"n{uuid.uuid4().hex[:10]}"
    await campus.account(place, await campus.user(place, number), "李华")
    tokens = await signed_in_by_device(campus, place, number)
    others = {"an ID token": tokens["id_token"], "a refresh token": tokens["refresh_token"]}
    async with administering(campus.server, place.plan.realm) as admin:
        for what, change in {"another audience": {"protocolMappers": []}, "another type": {"attributes": {}}}.items():
            client = f"other-{uuid.uuid4().hex[:6]}"
            await settle_client(admin, wanted.program_client(client, what) | change, mend=True)
            form = {"grant_type": "client_credentials", "client_id": client}
            form["client_secret"] = await secret_of(admin, client)
            others[what] = (await token_of(place.plan.issuer, form))["access_token"]
    own, number = campus.own, f"n{uuid.uuid4().hex[:10]}"
    await campus.user(own, number)
    others["another realm"] = (await signed_in_by_device(campus, own, number))["access_token"]
    return Real(place, tokens["access_token"], "李华", await keys_of(place.plan.issuer), others)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def foreign(campus: Any, state_of: Any) -> Real:
    """A token of an issuer that others wrote, which the neighbour trusts for its organization."""
    issuer, place = state_of("foreign-issuer")["address"], campus.neighbour
    async with campus.platform.database.session(place.tenant.id) as session:
        source = {"issuer": issuer, "organization": "school-a", "client_id": "web", "made_at": instant_of(session)}
        session.add(IdentitySource(id=new_id(), **source))
    campus.platform.doors.known.clear()
    async with campus.platform.database.session(place.tenant.id) as session:
        for client in ("good", "good-es256", "other-organization", "other-audience", "opaque"):
            await link(session, place.people["王芳"], issuer, client)
    tokens = {}
    for client in ("good", "good-es256", "other-audience", "opaque"):
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": "secret-of-a-loopback-test"}
        tokens[client] = (await token_of(issuer, form))["access_token"]
    good = tokens.pop("good")
    assert await viewer(place, tokens.pop("good-es256")) == (200, "王芳")
    return Real(place, good, "王芳", await keys_of(issuer), tokens)


@pytest.fixture(params=["keycloak", "foreign"])
def real(request: pytest.FixtureRequest, keycloak: Real, foreign: Real) -> Real:
    """Each of the two in turn."""
    return keycloak if request.param == "keycloak" else foreign


def public_key(real: Real) -> Any:
    return next(key for key in real.keys.keys if key.kid == real.header["kid"])


def unsigned(real: Real) -> str:
    return f"{part(real.header | {'alg': 'none'})}.{part(real.claims)}."


def hmac_with_public_key(real: Real) -> str:
    text = f"{part(real.header | {'alg': 'HS256'})}.{part(real.claims)}"
    mac = hmac.digest(public_key(real).as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def by_own_key(real: Real, header: dict[str, Any] | None = None, **changed: Any) -> str:
    own = RSAKey.generate_key(2048)
    return jwt.encode(real.header | {"alg": "RS256"} | (header or {}), real.claims | changed, own, algorithms=["RS256"])


def own_jwk(real: Real) -> str:
    own = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "typ": "at+jwt", "jwk": own.as_dict(private=False)}
    return jwt.encode(header, real.claims, own, algorithms=["ES256"])


def altered(real: Real) -> str:
    header, _, signature = real.good.split(".")
    return f"{header}.{part(real.claims | {'sub': 'somebody'})}.{signature}"


FORGED: dict[str, Callable[[Real], str]] = {
    "none": unsigned,
    "HS256 with the public key": hmac_with_public_key,
    "another key under the known kid": by_own_key,
    "another key without a kid": lambda real: by_own_key(real, {"kid": ""}),
    "a key of its own inside": own_jwk,
    "a key set elsewhere": lambda real: by_own_key(real, {"jku": "http://127.0.0.1:9/keys"}),
    "a certificate elsewhere": lambda real: by_own_key(real, {"x5u": "http://127.0.0.1:9/x"}),
    "another issuer": lambda real: by_own_key(real, iss="https://elsewhere.example"),
    "expired": lambda real: by_own_key(real, exp=int(time.time()) - 3600),
    "altered": altered,
    "without its signature": lambda real: real.good.rpartition(".")[0] + ".",
}


async def test_the_good_token_lets_in(real: Real) -> None:
    assert real.header["typ"] == "at+jwt"
    assert await viewer(real.place, real.good) == (200, real.name)


@pytest.mark.parametrize("attack", FORGED)
async def test_forged_tokens_do_not(real: Real, attack: str) -> None:
    assert await viewer(real.place, FORGED[attack](real)) == (401, None)


async def test_real_tokens_for_something_else_do_not(real: Real) -> None:
    assert len(real.others) >= 2
    for what, token in real.others.items():
        assert (what, await viewer(real.place, token)) == (what, (401, None))


async def test_the_other_tenant_takes_neither(campus: Any, keycloak: Real, foreign: Real) -> None:
    assert (await viewer(campus.neighbour, keycloak.good))[0] == 403
    assert (await viewer(campus.own, keycloak.good))[0] == 401
    assert (await viewer(campus.home, foreign.good))[0] == 401


async def test_a_token_of_the_foreign_issuer_for_another_organization_is_403(foreign: Real, state_of: Any) -> None:
    form = {"grant_type": "client_credentials", "client_id": "other-organization"}
    form["client_secret"] = "secret-of-a-loopback-test"
    token = (await token_of(state_of("foreign-issuer")["address"], form))["access_token"]
    assert await viewer(foreign.place, token) == (403, None)
