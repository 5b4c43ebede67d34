"""Signed tokens are taken apart strictly, and only by the key that their header names."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, KeySet, RSAKey

from zhibu_core.errors import Unauthenticated
from zhibu_core.identity.issuers import Issuer
from zhibu_core.identity.signatures import NotAToken, take_apart
from zhibu_core.identity.tokens import read_access_token

ADDRESS = "https://id.example.edu.cn"
KEYS: dict[str, Any] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}),
    "PS256": RSAKey.generate_key(2048, {"kid": "pss", "alg": "PS256"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
}
OTHERS: dict[str, Any] = {
    "wrap": RSAKey.generate_key(2048, {"kid": "wrap", "use": "enc"}),
    "long": ECKey.generate_key("P-384", {"kid": "long"}),
}
CLAIMS = {"iss": ADDRESS, "aud": "zhibu-api", "sub": "one", "exp": int(time.time()) + 600}


def issuer(*keys: Any) -> Issuer:
    made = Issuer(ADDRESS, "web", _fetched=time.monotonic())
    made.learn(KeySet(list(keys or (*KEYS.values(), *OTHERS.values()))).as_dict(private=False))
    return made


def signed(algorithm: str, key: Any, claims: Mapping[str, Any] | bytes = CLAIMS, **header: Any) -> str:
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    said = {"alg": algorithm, "typ": "at+jwt", "kid": key.kid} | header
    return jws.serialize_compact(said, payload, key, algorithms=[algorithm])


def bare(key: RSAKey) -> RSAKey:
    """The same key without what its issuer says it is for."""
    return RSAKey.import_key(key.as_pem(private=True))


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def reads(token: str, at: Issuer | None = None) -> bool:
    try:
        return bool((await read_access_token(token, {ADDRESS: at or issuer()}))["sub"] == "one")
    except Unauthenticated:
        return False


@pytest.mark.parametrize("algorithm", KEYS)
async def test_good_tokens_are_read(algorithm: str) -> None:
    assert await reads(signed(algorithm, KEYS[algorithm]))
    assert await reads(signed(algorithm, KEYS[algorithm], CLAIMS | {"aud": ["x", "zhibu-api"], "nbf": 1.5}))


RSA, PSS, EC = KEYS["RS256"], KEYS["PS256"], KEYS["ES256"]
BAD: dict[str, Callable[[], str]] = {
    "an algorithm that is not ours": lambda: signed("RS512", RSA),
    "the key's algorithm is another": lambda: signed("RS256", bare(PSS), kid="pss"),
    "a key for wrapping": lambda: signed("RS256", bare(OTHERS["wrap"]), kid="wrap"),
    "a key of another curve": lambda: signed("ES384", OTHERS["long"]),
    "an RSA token under the name of the EC key": lambda: signed("RS256", RSA, kid="ec"),
    "a name that is no text": lambda: f"{part({'alg': 'ES256', 'typ': 'at+jwt', 'kid': ['ec']})}.{part(CLAIMS)}.AAAA",
    "an unknown key": lambda: signed("ES256", EC, kid="elsewhere"),
    "an extension": lambda: signed("ES256", EC, crit=["b64"], b64=True),
    "another type": lambda: signed("ES256", EC, typ="JWT"),
    "a header that is a list": lambda: f"{part(['alg', 'b64'])}.{part(CLAIMS)}.AAAA",
    "a header that is a text": lambda: f"{part('alg')}.{part(CLAIMS)}.AAAA",
    "claims that are a list": lambda: signed("ES256", EC, b"[1]"),
    "claims deeper than anybody needs": lambda: signed("ES256", EC, b'{"a":' + b"[" * 40_000 + b"]" * 40_000 + b"}"),
    "an end that is no number": lambda: signed("ES256", EC, CLAIMS | {"exp": str(CLAIMS["exp"])}),
    "an end that never comes": lambda: signed("ES256", EC, json.dumps(CLAIMS | {"exp": float("nan")}).encode()),
    "an end that is true": lambda: signed("ES256", EC, CLAIMS | {"exp": True}),
    "not yet": lambda: signed("ES256", EC, CLAIMS | {"nbf": int(time.time()) + 300}),
    "a subject that is a number": lambda: signed("ES256", EC, CLAIMS | {"sub": 1}),
    "five parts": lambda: "a.b.c.d.e",
    "letters of another script": lambda: signed("ES256", EC) + "证",
}


@pytest.mark.parametrize("what", BAD)
async def test_bad_tokens_are_refused(what: str) -> None:
    assert not await reads(BAD[what]())


TOKEN = signed("ES256", EC)


@given(st.integers(0, len(TOKEN) - 1), st.sampled_from("ABab01-_.=+/ \n"))
async def test_no_character_may_be_another(at: int, letter: str) -> None:
    changed = TOKEN[:at] + letter + TOKEN[at + 1 :]
    assert await reads(changed) == (changed == TOKEN)


async def test_a_key_that_was_replaced_under_its_name_is_no_longer_believed() -> None:
    known, token = issuer(EC), signed("ES256", EC)
    assert await reads(token, known)
    known.learn(KeySet([ECKey.generate_key("P-256", {"kid": "ec"})]).as_dict(private=False))
    assert not await reads(token, known)


def test_tokens_of_any_size_are_not_looked_at() -> None:
    with pytest.raises(NotAToken):
        take_apart(signed("ES256", EC, CLAIMS | {"more": "x" * 100_000}))
    with pytest.raises(NotAToken):
        take_apart(signed("ES256", EC, kid="x" * 600))
