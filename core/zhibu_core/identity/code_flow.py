"""Sign-in by authorization code with PKCE (RFC 7636): what goes to the issuer, and what comes back."""

import base64
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from zhibu_core.errors import Unauthenticated, Unavailable
from zhibu_core.identity.issuers import TIMEOUT, Issuer
from zhibu_core.identity.tokens import read_id_token


class Attempt(msgspec.Struct, frozen=True):
    """One sign-in under way; it waits sealed in a cookie until the browser comes back."""

    state: str
    nonce: str
    verifier: str
    return_to: str
    started_at: float


@dataclass(frozen=True)
class Who:
    """Whom the issuer vouches for."""

    issuer: str
    subject: str


def new_attempt(return_to: str, now: float) -> Attempt:
    """A fresh attempt; `now` is seconds since 1970."""
    return Attempt(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), return_to, now)


async def authorization_address(issuer: Issuer, attempt: Attempt, redirect_uri: str, organization: str) -> str:
    """Where to send the browser; `organization` is the tenant's slug."""
    challenge = base64.urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": issuer.client_id,
        "redirect_uri": redirect_uri,
        "scope": f"openid organization:{organization}",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{await issuer.endpoint('authorization_endpoint')}?{urlencode(query)}"


async def finish(issuer: Issuer, attempt: Attempt, code: str, redirect_uri: str, organization: str) -> Who:
    """Exchanges the code and checks the ID token; a missing organization claim is a no. Raises `Unauthenticated`."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": issuer.client_id,
        "code_verifier": attempt.verifier,
    }
    if issuer.client_secret:
        form["client_secret"] = issuer.client_secret
    answer = await _post(await issuer.endpoint("token_endpoint"), form)
    if "id_token" not in answer:
        raise Unauthenticated("sign_in_refused", "登录没有完成：登录服务拒绝了这次登录。请重新登录。")
    claims = await read_id_token(answer["id_token"], issuer, attempt.nonce)
    if organization not in organizations_of(claims):
        raise Unauthenticated("organization_missing", "登录没有完成：您的账号不属于本单位。请联系本单位管理员。")
    return Who(issuer.address, str(claims["sub"]))


def organizations_of(claims: dict[str, Any]) -> set[str]:
    """The organizations of a token, in either shape of the claim: a list of names, or an object by name."""
    given = claims.get("organization") or []
    return set(given)


async def _post(address: str, form: dict[str, str]) -> dict[str, Any]:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
            found: dict[str, Any] = (await client.post(address, data=form)).json()
            return found
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable("issuer_silent", f"登录服务没有应答({type(error).__name__})。请稍后重试。") from error
