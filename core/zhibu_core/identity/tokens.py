"""Verifies access tokens and ID tokens with joserfc: fixed algorithms, known issuer, audience, type, time."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from zhibu_core.errors import Unauthenticated
from zhibu_core.identity.issuers import Issuer
from zhibu_core.identity.signatures import NotAToken, Unproved, take_apart
from zhibu_core.words import Words

AUDIENCE = "zhibu-api"
LEEWAY = 30
REGISTERED = ("iss", "sub", "aud", "exp", "nbf", "iat", "jti")
"""The claims of RFC 7519 that are checked for their form, and for what an issuer's must be."""


async def read_access_token(token: str, issuers: Mapping[str, Issuer]) -> dict[str, Any]:
    """The claims of a valid access token (RFC 9068); raises `Unauthenticated` for any other."""
    unproved = _open(token)
    claims = await _prove(unproved, _issuer_of(unproved, issuers), "at+jwt")
    if AUDIENCE not in _audience(claims):
        raise _refused("audience")
    return claims


async def read_id_token(token: str, issuer: Issuer, client_id: str, nonce: str) -> dict[str, Any]:
    """The claims of a valid ID token (OpenID Connect Core 3.1.3.7); raises `Unauthenticated` for any other."""
    claims = await _prove(_open(token), issuer, "JWT")
    if client_id not in _audience(claims) or claims.get("azp", client_id) != client_id or claims.get("nonce") != nonce:
        raise _refused("nonce")
    return claims


LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_AGE = 180.0
"""Seconds that a logout token may be old."""


async def read_logout_token(token: str, issuer: Issuer, client_id: str, now: float) -> dict[str, Any]:
    """The claims of a valid logout token (OpenID Connect Back-Channel Logout 1.0, 2.6) at `now`, in seconds since 1970."""
    claims = await _prove(_open(token), issuer, "logout+jwt", subject=False)
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


def _open(token: str) -> Unproved:
    try:
        return take_apart(token)
    except NotAToken as error:
        raise _refused("form") from error


async def _prove(token: Unproved, issuer: Issuer, kind: str, *, subject: bool = True) -> dict[str, Any]:
    if token.header.type != kind:
        raise _refused("type")
    if not token.is_signed_by(await issuer.keys(token.header.kid)):
        raise _refused("signature")
    claims = token.claims
    try:
        _demands(issuer.address, subject).validate({name: claims[name] for name in REGISTERED if name in claims})
    except (JoseError, ValueError) as error:
        raise _refused(type(error).__name__) from error
    return claims


@lru_cache(maxsize=256)
def _demands(address: str, subject: bool) -> JWTClaimsRegistry:
    """What the claims of an issuer's tokens must be; the clock is read at each validation."""
    return JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": address},
        aud={"essential": True},
        exp={"essential": True},
        sub={"essential": subject},
    )


def _issuer_of(token: Unproved, issuers: Mapping[str, Issuer]) -> Issuer:
    """The issuer that the token names, if we know it."""
    issuer = issuers.get(str(token.claims.get("iss")))
    if issuer is None:
        raise _refused("issuer")
    return issuer


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
