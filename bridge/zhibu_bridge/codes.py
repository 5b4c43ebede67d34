"""Authorization codes: used once, for one minute, by the client that holds the PKCE verifier (RFC 6749 4.1, RFC 7636)."""

import hmac
import secrets
import time
from dataclasses import dataclass

from authlib.oauth2.rfc7636 import create_s256_code_challenge

LIFETIME = 60.0
MOST = 1000


@dataclass(frozen=True)
class Granted:
    """What a code stands for; `organization` is the tenant's slug, `at` the monotonic second of its making."""

    subject: str
    organization: str
    client_id: str
    redirect_uri: str
    nonce: str
    challenge: str
    at: float
    session_id: str | None = None


class Codes:
    """The codes handed out and not yet used, in memory."""

    def __init__(self) -> None:
        self._granted: dict[str, Granted] = {}

    def hand_out(self, granted: Granted) -> str:
        """A new code."""
        while len(self._granted) >= MOST:
            self._granted.pop(next(iter(self._granted)))
        code = secrets.token_urlsafe(32)
        self._granted[code] = granted
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> Granted | None:
        """What the code stood for, once; None where anything about it is wrong."""
        granted = self._granted.pop(code, None)
        if granted is None or time.monotonic() - granted.at > LIFETIME:
            return None
        if (granted.client_id, granted.redirect_uri) != (client_id, redirect_uri):
            return None
        challenge = create_s256_code_challenge(verifier)
        return granted if hmac.compare_digest(challenge, granted.challenge) else None
