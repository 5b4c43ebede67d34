"""Access tokens that were verified: remembered by their hash until they expire, bounded, and forgotten with their session."""

import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from zhibu_core.identity.issuers import Issuer

KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Proved:
    """What a token says, whose key had signed it, and until when (seconds since 1970) it is good."""

    claims: Mapping[str, Any]
    issuer: Issuer
    keys: object
    until: float


@dataclass(eq=False)
class Tokens:
    """The verified tokens of one process; the one not shown for longest goes first. The tokens themselves are not kept."""

    _known: OrderedDict[bytes, Proved] = field(default_factory=OrderedDict)

    async def claims(self, token: str, issuers: Mapping[str, Issuer]) -> dict[str, Any]:
        """The claims of a valid access token; raises `Unauthenticated` for any other."""
        key = sha256(token.encode()).digest()
        known = self._known_now(key, issuers)
        if known is not None:
            return dict(known.claims)
        from zhibu_core.identity import tokens  # commands that verify nothing start quicker without joserfc

        claims = await tokens.read_access_token(token, issuers)
        issuer = issuers[str(claims["iss"])]
        self._known[key] = Proved(claims, issuer, issuer.held_keys, float(claims["exp"]) + tokens.LEEWAY)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return claims

    def _known_now(self, key: bytes, issuers: Mapping[str, Issuer]) -> Proved | None:
        """What is remembered, if the issuer is still trusted with the keys it had, and the token has not expired."""
        known = self._known.get(key)
        if known is None:
            return None
        issuer = known.issuer
        trusted = issuers.get(issuer.address) is issuer and issuer.held_keys is known.keys
        if not trusted or known.until <= time.time():
            del self._known[key]
            return None
        self._known.move_to_end(key)
        return known

    def forget(self, issuer: str, *, session_id: str | None, subject: str | None) -> None:
        """Forgets the tokens of a session that ended, or of all sessions of a subject."""
        for key, known in list(self._known.items()):
            of = known.claims
            same = (session_id is not None and of.get("sid") == session_id) or (
                session_id is None and of.get("sub") == subject
            )
            if of.get("iss") == issuer and same:
                del self._known[key]

    def __len__(self) -> int:
        return len(self._known)
