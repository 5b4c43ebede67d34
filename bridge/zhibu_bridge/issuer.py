"""One source as an OpenID issuer: discovery, authorization by code with PKCE, tokens, and notices of ended sessions."""

import base64
import hmac
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import unquote_plus, urlencode

import httpx
import structlog

from zhibu_bridge.attempts import Attempt, Box
from zhibu_bridge.codes import Codes, Granted
from zhibu_bridge.contract import Found, LoginSource, Visit
from zhibu_bridge.sessions import Opened, Sessions
from zhibu_bridge.settings import SourceSettings
from zhibu_bridge.signing import Signer
from zhibu_core.errors import InvalidInput, Unauthenticated, ZhibuError
from zhibu_core.identity.issuers import TIMEOUT
from zhibu_core.identity.tokens import LOGOUT_EVENT
from zhibu_core.words import Words

ID_LIFETIME = 300
LOGOUT_LIFETIME = 120
ASKED = ("client_id", "redirect_uri", "state", "nonce", "code_challenge", "scope")
UNMET = "unmet_authentication_requirements"

log = structlog.get_logger()
Answer = tuple[int, dict[str, Any]]


@dataclass
class BridgeIssuer:
    """The issuer `address` of the source `name`; it signs in to one tenant, for one client, with a key of its own."""

    name: str
    address: str
    settings: SourceSettings
    secret: str = field(repr=False)
    source: LoginSource
    signer: Signer
    box: Box
    codes: Codes
    sessions: Sessions

    @property
    def callback(self) -> str:
        """Where the provider sends browsers back to."""
        return f"{self.address}/callback"

    def metadata(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0; `zhibu_tenant` lets Zhibu refuse the source for any other tenant."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "scopes_supported": ["openid"],
            "claims_supported": ["sub", "sid", "preferred_username", "organization"],
            "id_token_signing_alg_values_supported": [self.signer.algorithm],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "backchannel_logout_supported": self.settings.client.logout_address is not None,
            "backchannel_logout_session_supported": True,
            "zhibu_tenant": self.settings.tenant,
        }

    def begin(self, query: Mapping[str, str], agent: str) -> tuple[str, str | None]:
        """Where to send the browser, and the cookie it takes along; raises `InvalidInput` for a request that is not our client's."""
        self._check(query)
        if query.get("prompt", "none" if query.get("max_age") else "") in ("none", "login"):
            # The provider cannot be asked when somebody last typed a password: what we cannot promise, we refuse.
            error = "login_required" if query.get("prompt") == "none" else UNMET
            return self._back(query["redirect_uri"], query["state"], error=error), None
        attempt = Attempt.begin(self.name, *(query[name] for name in ASKED[:5]))
        return self.source.address(Visit(self.callback, attempt.own_state, agent)), self.box.seal(attempt)

    async def finish(self, query: Mapping[str, str], cookie: str) -> str:
        """Where the browser goes with its code, or with the provider's no; raises `InvalidInput` for a browser that began nothing."""
        attempt = self.box.open(cookie, self.name)
        if attempt is None or not hmac.compare_digest(query.get("state", "").encode(), attempt.own_state.encode()):
            raise InvalidInput(
                "attempt_missing",
                Words("登录没有完成：浏览器没有带回登录信息，或等待时间过长。请从支部平台重新登录。",
                      "The sign-in is not complete: the browser brought nothing back, or it took too long. Begin again."),
            )  # fmt: skip
        try:
            found = await self.source.find(Visit(self.callback, attempt.own_state), query)
        except ZhibuError as error:
            said = "access_denied" if isinstance(error, Unauthenticated) else "temporarily_unavailable"
            return self._back(attempt.redirect_uri, attempt.state, error=said)
        return self._back(attempt.redirect_uri, attempt.state, code=self._grant(attempt, found))

    def token(self, form: Mapping[str, str], authorization: str) -> Answer:
        """Redeems a code for the client that proves itself (RFC 6749 2.3.1); status and body."""
        client_id = self._client(form, authorization)
        if client_id is None:
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") != "authorization_code":
            return 400, {"error": "unsupported_grant_type"}
        given = (form.get("code", ""), client_id, form.get("redirect_uri", ""), form.get("code_verifier", ""))
        granted = self.codes.redeem(*given)
        if granted is None:
            return 400, {"error": "invalid_grant"}
        return 200, {
            "id_token": self.signer.sign("JWT", self._claims(granted), ID_LIFETIME),
            # Good for nothing: there is nothing at the bridge to be read with it.
            "access_token": secrets.token_urlsafe(32),
            "token_type": "Bearer",
            "expires_in": ID_LIFETIME,
        }

    async def tell(self, form: Mapping[str, str]) -> bool:
        """Tells the client that the provider ended a session (OpenID Connect Back-Channel Logout 1.0); whether one was known."""
        session = self.source.ended(form)
        opened = self.sessions.end(session) if session else None
        if opened is None:
            return False
        address = self.settings.client.logout_address
        if address is not None:
            claims: dict[str, Any] = {"aud": self.settings.client.id, "sub": opened.subject, "sid": opened.session_id}
            claims |= {"jti": uuid.uuid4().hex, "events": {LOGOUT_EVENT: {}}}
            token = self.signer.sign("logout+jwt", claims, LOGOUT_LIFETIME)
            try:
                async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
                    await client.post(address, data={"logout_token": token})
            except httpx.HTTPError as error:
                log.warning("logout_not_told", source=self.name, reason=type(error).__name__)
        return True

    def _grant(self, attempt: Attempt, found: Found) -> str:
        session_id = None
        if found.session is not None:
            session_id = secrets.token_urlsafe(16)
            self.sessions.keep(found.session, Opened(found.subject, session_id))
        return self.codes.hand_out(
            Granted(
                found.subject,
                self.settings.tenant,
                attempt.client_id,
                attempt.redirect_uri,
                attempt.nonce,
                attempt.challenge,
                session_id,
            )
        )

    def _claims(self, granted: Granted) -> dict[str, Any]:
        """Whom the code stands for; the name is made of the id, for providers whose ids differ in case only."""
        claims: dict[str, Any] = {
            "sub": granted.subject,
            "aud": granted.client_id,
            "nonce": granted.nonce,
            "organization": [granted.organization],
            "preferred_username": f"{self.name}-{sha256(granted.subject.encode()).hexdigest()[:32]}",
        }
        return claims | ({"sid": granted.session_id} if granted.session_id else {})

    def _check(self, query: Mapping[str, str]) -> None:
        client = self.settings.client
        missing = [name for name in ASKED if not query.get(name)]
        fits = (
            query.get("client_id") == client.id
            and query.get("redirect_uri") in client.redirect_addresses
            and query.get("response_type") == "code"
            and query.get("response_mode", "query") == "query"
            and query.get("code_challenge_method") == "S256"
            and "openid" in query.get("scope", "").split()
        )
        if missing or not fits:
            lacks = ", ".join(missing) or "client_id, redirect_uri, response_type, scope, PKCE"
            raise InvalidInput(
                "authorize", Words(f"登录请求不被接受：{lacks}。", f"The sign-in request is refused: {lacks}.")
            )

    def _client(self, form: Mapping[str, str], authorization: str) -> str | None:
        """The client that proved itself, by one of the two ways and not by both."""
        kind, _, given = authorization.partition(" ")
        if kind.lower() == "basic" and "client_secret" not in form:
            try:
                name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
            except ValueError:
                return None
            name, secret = unquote_plus(name), unquote_plus(secret)
        else:
            name, secret = form.get("client_id", ""), form.get("client_secret", "")
        fits = hmac.compare_digest(secret.encode(), self.secret.encode())
        return name if fits and name == self.settings.client.id else None

    def _back(self, redirect_uri: str, state: str, **answer: str) -> str:
        mark = "&" if "?" in redirect_uri else "?"
        return f"{redirect_uri}{mark}{urlencode(answer | {'state': state, 'iss': self.address})}"
