"""Sign-in by authorization code with PKCE (RFC 7636): what goes to the issuer, and what comes back."""

import base64
import secrets
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import msgspec

from zhibu_core.errors import Unauthenticated, Unavailable
from zhibu_core.identity.issuers import TIMEOUT
from zhibu_core.identity.sources import Source
from zhibu_core.identity.tokens import LEEWAY, read_id_token
from zhibu_core.words import Words

FRESH = 300
"""Seconds that the password may be old when a second factor is asked for; older ones are asked again."""


class Attempt(msgspec.Struct, frozen=True):
    """One sign-in under way; it waits sealed in a cookie until the browser comes back."""

    state: str
    nonce: str
    verifier: str
    return_to: str
    started_at: float
    level: str | None = None


class Who(msgspec.Struct, frozen=True):
    """Whom the issuer vouches for; `session_id` is its name for the session, `level` the `acr` reached.

    `authenticated_at` is in seconds since 1970, 0 where the issuer does not say.
    """

    issuer: str
    subject: str
    session_id: str | None = None
    level: str | None = None
    authenticated_at: float = 0.0


def new_attempt(return_to: str, now: float, level: str | None = None) -> Attempt:
    """A fresh attempt; `now` is seconds since 1970, `level` the `acr` that must be reached."""
    random = secrets.token_urlsafe
    return Attempt(random(24), random(24), random(48), return_to, now, level)


async def authorization_address(source: Source, attempt: Attempt, redirect_uri: str) -> str:
    """Where to send the browser. A level is asked for as essential and with a fresh sign-in: `acr_values` is only a wish."""
    challenge = base64.urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": source.client_id,
        "redirect_uri": redirect_uri,
        "scope": source.scope,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if source.broker is not None:
        query["kc_idp_hint"] = source.broker
    if attempt.level is not None:
        wanted = {"id_token": {"acr": {"essential": True, "values": [attempt.level]}, "auth_time": {"essential": True}}}
        query |= {"claims": msgspec.json.encode(wanted).decode(), "max_age": str(FRESH)}
    return f"{await source.issuer.endpoint('authorization_endpoint')}?{urlencode(query)}"


async def finish(source: Source, attempt: Attempt, code: str, redirect_uri: str) -> Who:
    """Exchanges the code and checks the ID token; a missing organization claim is a no. Raises `Unauthenticated`."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": source.client_id,
        "code_verifier": attempt.verifier,
    }
    if source.client_secret:
        form["client_secret"] = source.client_secret
    answer = await _post(await source.issuer.endpoint("token_endpoint"), form)
    if "id_token" not in answer:
        raise Unauthenticated(
            "sign_in_refused",
            Words(
                "登录没有完成：登录服务拒绝了这次登录。请重新登录。",
                "The sign-in is not complete: the sign-in service refused it. Sign in again.",
            ),
        )
    claims = await read_id_token(answer["id_token"], source.issuer, source.client_id, attempt.nonce)
    if not belongs(claims, source):
        raise Unauthenticated(
            "organization_missing",
            Words(
                "登录没有完成：您的账号不属于本单位。请联系本单位管理员。",
                "The sign-in is not complete: your account does not belong to this organization. Ask its administrator.",
            ),
        )
    if attempt.level is not None and (claims.get("acr") != attempt.level or _is_stale(claims, attempt)):
        raise Unauthenticated(
            "level_missed",
            Words(
                "没有完成双因素验证。请重新登录，并按提示输入动态验证码。",
                "The second factor was not confirmed. Sign in again and give the code that is asked for.",
            ),
        )
    return Who(
        source.issuer.address,
        str(claims["sub"]),
        str(claims["sid"]) if claims.get("sid") else None,
        str(claims["acr"]) if claims.get("acr") else None,
        float(claims.get("auth_time") or 0),
    )


def _is_stale(claims: Mapping[str, Any], attempt: Attempt) -> bool:
    """Whether the person signed in longer ago than we asked for; an issuer that does not say when is taken at its worst."""
    return float(claims.get("auth_time") or 0) < attempt.started_at - FRESH - LEEWAY


def belongs(claims: Mapping[str, Any], source: Source) -> bool:
    """Whether a token is the tenant's: it names its organization, or the whole issuer is the tenant's own."""
    return source.organization is None or source.organization in organizations_of(claims)


def organizations_of(claims: Mapping[str, Any]) -> set[str]:
    """The organizations of a token, in either shape of the claim: a list of names, or an object by name."""
    given = claims.get("organization")
    return {name for name in given if isinstance(name, str)} if isinstance(given, list | dict) else set()


async def _post(address: str, form: dict[str, str]) -> dict[str, Any]:
    import httpx  # takes a while, and only who signs in needs it

    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
            found: dict[str, Any] = (await client.post(address, data=form)).json()
            return found
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable(
            "issuer_silent",
            Words(
                f"登录服务没有应答（{type(error).__name__}）。请稍后重试。",
                f"The sign-in service does not answer ({type(error).__name__}). Try again later.",
            ),
        ) from error
