"""Takes signed tokens apart, once each and strictly, and checks their signatures with joserfc (RFC 7515, RFC 7519).

Header and key are judged once for each kind of header, as all tokens of a key have the same; claims and signature are
read and checked for every token.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

ALGORITHMS = ("RS256", "PS256", "ES256")
LONGEST = 128_000
LONGEST_HEADER = 512
KEPT = 256
_METHODS = JWSRegistry(algorithms=ALGORITHMS)

Check = Callable[[bytes, bytes], bool]
"""Whether the second is a signature of the first."""


class NotAToken(ValueError):
    """The text is not a signed token of one of our algorithms."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a token says of itself: its type, and how it was signed."""

    type: str
    algorithm: str
    kid: str | None


@dataclass(frozen=True, slots=True)
class Unproved:
    """A token taken apart; nothing of it is believed before `is_signed_by` says so."""

    header: Header
    claims: dict[str, Any]
    signed: bytes
    signature: bytes

    def is_signed_by(self, keys: "Keys") -> bool:
        """Whether the key that the header names made the signature; no key of another kind or use is tried."""
        try:
            check = keys.check(self.header.algorithm, self.header.kid)
        except JoseError:
            return False
        return check(self.signed, self.signature)


class Keys:
    """An issuer's public keys, as its JWK Set (RFC 7517) gives them."""

    def __init__(self, document: Mapping[str, object]) -> None:
        self._set = KeySet.import_key_set(document)  # type: ignore[arg-type]
        self._checks: dict[tuple[str, str | None], Check] = {}
        self.kids = frozenset(key.kid for key in self._set.keys)

    def check(self, algorithm: str, kid: str | None) -> Check:
        """How signatures are checked with the key of this name; raises `JoseError` where none is for the algorithm."""
        known = self._checks.get((algorithm, kid))
        if known is None:
            method = _METHODS.get_alg(algorithm)
            key = self._set.get_by_kid(kid, {"alg": algorithm, "use": "sig"})
            method.check_key(key)
            known = self._checks[(algorithm, kid)] = partial(method.verify, key=key)
        return known


def take_apart(token: str) -> Unproved:
    """The parts of a token in compact form; raises `NotAToken`."""
    try:
        text = token.encode("ascii")
        header, payload, signature = text.split(b".")
        if len(text) > LONGEST or len(header) > LONGEST_HEADER:
            raise NotAToken("size")
        claims = msgspec.json.decode(urlsafe_b64decode(payload), type=dict)
        return Unproved(_header(header), claims, text[: -len(signature) - 1], urlsafe_b64decode(signature))
    except (JoseError, ValueError, RecursionError) as error:
        raise NotAToken(type(error).__name__) from error


@lru_cache(maxsize=KEPT)
def _header(text: bytes) -> Header:
    found = msgspec.json.decode(urlsafe_b64decode(text), type=dict)
    _METHODS.check_header(found)
    if found["alg"] not in ALGORITHMS or "crit" in found:  # no extension is understood here
        raise NotAToken("header")
    return Header(str(found.get("typ")), found["alg"], found.get("kid"))
