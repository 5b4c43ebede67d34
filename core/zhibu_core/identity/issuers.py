"""The issuers that this installation trusts, and their keys: fetched by discovery, kept per issuer (tenancy-security.md 2)."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from zhibu_core.errors import Unauthenticated, Unavailable
from zhibu_core.words import Words

if TYPE_CHECKING:
    from zhibu_core.identity.signatures import Keys

TIMEOUT = 5.0
REFETCH_AFTER = 30.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass
class Issuer:
    """One OpenID issuer: `address` is its name in tokens, `client_id` ours at it."""

    address: str
    client_id: str
    client_secret: str | None = None
    _metadata: dict[str, str] = field(default_factory=dict)
    _keys: Any = None  # `Keys`; Litestar evaluates the annotations of what handlers are given
    _fetched: float = -REFETCH_AFTER

    async def endpoint(self, name: str) -> str:
        """An endpoint's address from the issuer's discovery document, such as "token_endpoint"."""
        if not self._metadata:
            found = await _fetch(f"{self.address}/.well-known/openid-configuration")
            if found.get("issuer") != self.address:
                raise Unavailable(
                    "issuer",
                    Words(
                        f"登录服务 {self.address} 自称是 {found.get('issuer')}。请核对设置。",
                        f"The sign-in service {self.address} calls itself {found.get('issuer')}. Check the settings.",
                    ),
                )
            self._metadata = {key: value for key, value in found.items() if isinstance(value, str)}
        return self._metadata[name]

    async def keys(self, kid: str | None) -> "Keys":
        """The issuer's keys; an unknown `kid` fetches them anew, at most once in 30 s."""
        known = self._keys is not None and kid in self._keys.kids
        if not known and time.monotonic() - self._fetched >= REFETCH_AFTER:
            self._fetched = time.monotonic()
            self.learn(await _fetch(await self.endpoint("jwks_uri")))
        if self._keys is None or (kid is not None and kid not in self._keys.kids):
            raise Unauthenticated(
                "token_key",
                Words(
                    "登录凭证的签名密钥未知。请重新登录。",
                    "The key that signed this sign-in is unknown. Sign in again.",
                ),
            )
        found: Keys = self._keys
        return found

    @property
    def held_keys(self) -> "Keys | None":
        """The keys that the issuer has here now, without asking it."""
        held: Keys | None = self._keys
        return held

    def learn(self, document: Mapping[str, object]) -> None:
        """Takes a JWK Set (RFC 7517) for the issuer's keys, in place of those it had."""
        from zhibu_core.identity.signatures import Keys  # commands that verify nothing start quicker without joserfc

        self._keys = Keys(document)


def check_issuer_address(address: str, *, demo: bool) -> None:
    """Raises `Unavailable` unless the issuer is https, or a loopback address of a demo database."""
    parts = urlsplit(address)
    if parts.scheme == "https" or (demo and parts.scheme == "http" and parts.hostname in LOOPBACK):
        return
    raise Unavailable(
        "issuer_insecure",
        Words(
            f"登录服务地址 {address} 不是 https，已拒绝。请改用 https 地址。",
            f"The address {address} of the sign-in service is not https and is refused. Use an https address.",
        ),
    )


async def _fetch(address: str) -> dict[str, object]:
    import httpx  # half a second that most commands do not need

    try:
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False) as client:
            answer = await client.get(address)
            answer.raise_for_status()
            found: dict[str, object] = answer.json()
            return found
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable(
            "issuer_silent",
            Words(
                f"登录服务没有应答（{type(error).__name__}）。请稍后重试。",
                f"The sign-in service does not answer ({type(error).__name__}). Try again later.",
            ),
        ) from error
