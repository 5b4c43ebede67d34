"""Verifies access tokens and ID tokens with joserfc: fixed algorithms, known issuer, audience, type, time."""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from zhibu_core.errors import Unauthenticated
from zhibu_core.identity.issuers import Issuer
from zhibu_core.words import Words

ALGORITHMS = ["RS256", "PS256", "ES256"]
AUDIENCE = "zhibu-api"
LEEWAY = 30


async def read_access_token(token: str, issuers: Mapping[str, Issuer]) -> dict[str, Any]:
    """The claims of a valid access token (RFC 9068); raises `Unauthenticated` for any other."""
    issuer = _issuer_of(token, issuers)
    claims = await _decode(token, issuer, "at+jwt")
    if AUDIENCE not in _audience(claims):
        raise _refused("audience")
    return claims


async def read_id_token(token: str, issuer: Issuer, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims of a valid ID token (OpenID Connect Core 3.1.3.7); raises `Unauthenticated` for any other."""
    claims = await _decode(token, issuer, "JWT")
    if client_id not in _audience(claims) or claims.get("azp", client_id) != client_id or claims.get("nonce") != nonce:
        raise _refused("nonce")
    return claims


LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_AGE = 180.0
"""Seconds that a logout token may be old."""


async def read_logout_token(token: str, issuer: Issuer, client_id: str, now: float) -> dict[str, Any]:
    """The claims of a valid logout token (OpenID Connect Back-Channel Logout 1.0, 2.6) at `now`, in seconds since 1970."""
    claims = await _decode(token, issuer, "logout+jwt", subject=False)
    events, issued = claims.get("events"), claims.get("iat")
    if client_id not in _audience(claims):
        raise _refused("audience")
    if not (isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict)):
        raise _refused("events")
    if not isinstance(issued, int | float) or not -LEEWAY <= now - issued <= LOGOUT_AGE:
        raise _refused("iat")
    if "nonce" in claims or not claims.get("jti") or not (claims.get("sid") or claims.get("sub")):
        raise _refused("claims")
    return claims


async def _decode(token: str, issuer: Issuer, kind: str, *, subject: bool = True) -> dict[str, Any]:
    header = _header(token)
    if header.get("typ") != kind or header.get("alg") not in ALGORITHMS:
        raise _refused("type")
    keys = await issuer.keys(header.get("kid"))
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer.address},
            aud={"essential": True},
            exp={"essential": True},
            sub={"essential": subject},
        ).validate(decoded.claims)
    except (JoseError, ValueError) as error:
        raise _refused(type(error).__name__) from error
    return dict(decoded.claims)


def _issuer_of(token: str, issuers: Mapping[str, Issuer]) -> Issuer:
    """The issuer that the token names, if we know it; nothing of the token is believed yet."""
    claims = _part(token, 1)
    issuer = issuers.get(str(claims.get("iss")))
    if issuer is None:
        raise _refused("issuer")
    return issuer


def _header(token: str) -> dict[str, Any]:
    return _part(token, 0)


def _part(token: str, number: int) -> dict[str, Any]:
    try:
        text = token.split(".")[number]
        found: dict[str, Any] = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=dict)
    except (ValueError, IndexError, msgspec.DecodeError) as error:
        raise _refused("form") from error
    return found


def _audience(claims: Mapping[str, Any]) -> list[str]:
    given = claims.get("aud")
    return [given] if isinstance(given, str) else list(given or [])


def _refused(reason: str) -> Unauthenticated:
    return Unauthenticated(
        "token_refused",
        Words(
            f"访问令牌无效（{reason}）。请重新获取令牌。", f"The access token is not valid ({reason}). Get a new one."
        ),
    )
