"""A sign-in under way: it waits, sealed, in a cookie of the browser that began it."""

import base64
import os
import secrets
import time
from typing import Self

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LASTS = 600.0
"""Seconds that somebody may take to sign in at the provider."""

NONCE = 12


class Attempt(msgspec.Struct, frozen=True):
    """What the client asked for, and the `own_state` that the provider must bring back."""

    source: str
    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    own_state: str
    started_at: float

    @classmethod
    def begin(cls, source: str, client_id: str, redirect_uri: str, state: str, nonce: str, challenge: str) -> Self:
        """A new one, now."""
        own_state = secrets.token_urlsafe(24)
        return cls(source, client_id, redirect_uri, state, nonce, challenge, own_state, time.time())


class Box:
    """Seals attempts with a key that every process of the bridge has."""

    def __init__(self, cipher: AESGCM) -> None:
        self._cipher = cipher

    def seal(self, attempt: Attempt) -> str:
        """The cookie's value; bound to the source."""
        nonce = os.urandom(NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, msgspec.json.encode(attempt), attempt.source.encode())
        return base64.urlsafe_b64encode(sealed).decode()

    def open(self, value: str, source: str) -> Attempt | None:
        """The attempt of this source, None where there is none or it is too old."""
        try:
            sealed = base64.urlsafe_b64decode(value)
            plain = self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], source.encode())
        except (ValueError, InvalidTag):
            return None
        attempt = msgspec.json.decode(plain, type=Attempt)
        return attempt if time.time() - attempt.started_at <= LASTS else None
