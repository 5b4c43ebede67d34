"""Back-channel logout: Keycloak's own notice ends the session here; everything that only looks like one is refused."""

import asyncio
import base64
import json
import time
import uuid
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from zhibu_core.identity.issuers import Issuer
from zhibu_core.identity.signatures import Keys
from zhibu_core.identity.sources import Doors, Source
from zhibu_core.identity.tokens import LOGOUT_EVENT
from zhibu_tenants.keycloak.admin import administering
from zhibu_testing.signing_in import Browser

ISSUER = "https://issuer.example.edu.cn"
KEY = ECKey.generate_key("P-256", parameters={"kid": "known"})


async def is_in(browser: Browser, place: Any) -> bool:
    return (await browser.get(f"{place.base}/me/identity", follow=False)).status_code == 200


async def test_who_is_signed_out_at_keycloak_is_signed_out_here(campus: Any) -> None:
    place, name = campus.home, f"n{uuid.uuid4().hex[:10]}"
    subject = await campus.user(place, name)
    await campus.account(place, subject, "李华")
    one, _ = await campus.sign_in(place, name)
    two, _ = await campus.sign_in(place, name)
    assert await is_in(one, place)
    assert await is_in(two, place)
    async with administering(campus.server, place.plan.realm) as admin:
        sessions = await admin.a_get_sessions(subject)
        assert len(sessions) == 2
        await admin.a_user_logout(subject)
    for _ in range(50):
        if not await is_in(one, place) and not await is_in(two, place):
            break
        await asyncio.sleep(0.1)
    assert not await is_in(one, place)
    assert not await is_in(two, place)


class KnownIssuer(Issuer):
    """An issuer whose keys are given."""

    async def keys(self, kid: str | None) -> Keys:
        return Keys({"keys": [KEY.as_dict(private=False)]})


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"iss": ISSUER, "aud": "web", "iat": now, "exp": now + 120, "jti": uuid.uuid4().hex, "sid": "s1"}
    made = good | {"events": {LOGOUT_EVENT: {}}} | changed
    return {key: value for key, value in made.items() if value is not None}


def signed(header: dict[str, Any] | None = None, key: ECKey = KEY, **changed: Any) -> str:
    return jwt.encode(
        {"alg": "ES256", "typ": "logout+jwt", "kid": "known"} | (header or {}),
        claims(**changed),
        key,
        algorithms=["ES256"],
    )


def unsigned() -> str:
    parts = [{"alg": "none", "typ": "logout+jwt"}, claims()]
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."


BAD = {
    "unsigned": unsigned,
    "another key": lambda: signed(key=ECKey.generate_key("P-256", parameters={"kid": "known"})),
    "another issuer": lambda: signed(iss="https://elsewhere.example"),
    "another audience": lambda: signed(aud="other"),
    "no event": lambda: signed(events=None),
    "another event": lambda: signed(events={"x": {}}),
    "a nonce": lambda: signed(nonce="n"),
    "neither session nor subject": lambda: signed(sid=None),
    "no id": lambda: signed(jti=None),
    "no time": lambda: signed(iat=None),
    "old": lambda: signed(iat=int(time.time()) - 600),
    "expired": lambda: signed(exp=int(time.time()) - 600),
    "an ID token": lambda: signed({"typ": "JWT"}),
    "nothing": lambda: "",
}


@pytest.fixture
def place(campus: Any) -> Any:
    """The tenant with an issuer whose key we hold."""
    source = Source(KnownIssuer(ISSUER, "web"), "web")
    campus.platform.doors.known[campus.home.tenant.id] = (time.monotonic() + 60, Doors([source]))
    yield campus.home
    campus.platform.doors.known.clear()


async def tell(place: Any, token: str) -> int:
    return (await Browser().post(f"{place.base}/sign-in/back-channel", {"logout_token": token})).status_code


@pytest.mark.parametrize("what", BAD)
async def test_what_only_looks_like_a_notice_is_refused(place: Any, what: str) -> None:
    assert await tell(place, BAD[what]()) == 400


async def test_a_notice_counts_once(place: Any) -> None:
    token = signed()
    assert [await tell(place, token) for _ in range(2)] == [200, 400]
