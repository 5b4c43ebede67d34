"""Authorization codes: used once, for one minute, by the client that holds the PKCE verifier (RFC 6749 4.1, RFC 7636)."""

import hmac
import secrets

import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from zhibu_bridge.shelf import InMemory, Shelf

LIFETIME = 60.0
MOST = 1000


class Granted(msgspec.Struct, frozen=True):
    """What a code stands for; `organization` is the tenant's slug."""

    subject: str
    organization: str
    client_id: str
    redirect_uri: str
    nonce: str
    challenge: str
    session_id: str | None = None


class Codes:
    """The codes handed out and not yet used; by default in the memory of one process."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._shelf = shelf or InMemory(LIFETIME, MOST)

    def hand_out(self, granted: Granted) -> str:
        """A new code."""
        code = secrets.token_urlsafe(32)
        self._shelf.put(code, msgspec.json.encode(granted))
        return code

    def redeem(self, code: str, client_id: str, redirect_uri: str, verifier: str) -> Granted | None:
        """What the code stood for, once; None where anything about it is wrong."""
        content = self._shelf.take(code)
        if content is None:
            return None
        granted = msgspec.json.decode(content, type=Granted)
        if (granted.client_id, granted.redirect_uri) != (client_id, redirect_uri) or not verifier.isascii():
            return None
        challenge = create_s256_code_challenge(verifier)
        return granted if hmac.compare_digest(challenge, granted.challenge) else None
