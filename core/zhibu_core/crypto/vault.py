"""Keeps wrapped keys in Vault or OpenBao (key-value store 2) and wraps with its transit engine: no key lies on the server's disk."""

import base64
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import hvac
import requests
import structlog
from cryptography.exceptions import InvalidTag
from hvac.exceptions import InvalidPath, InvalidRequest, VaultError

from zhibu_core.crypto.keyring import KeysChanged
from zhibu_core.crypto.settings import VaultSettings
from zhibu_core.errors import Unavailable
from zhibu_core.words import Words

log = structlog.get_logger()
TIMEOUT = (1.0, 3.0)
"""Seconds to connect and to answer; Vault is asked where the process waits for it, so both are short."""

RETRY_AFTER = 2.0
PATIENCE = 5
"""After a failure Vault is left alone for two seconds, or for five times what the failure took: one that hangs, rather
than refusing, costs no more than a sixth of the process's time."""

SEEN_WITHIN = 10.0
"""Seconds after which a process asks again whether a tenant's keys were changed elsewhere."""

AWAY_AT_MOST = 120.0
"""Seconds for which keys that were opened before go on being used while Vault does not answer.

A rotation waits as long before it forgets the older key: a process that is cut off from Vault still seals with that one.
"""

OLDER = 20
"""How many versions before the new one are destroyed: more than Vault keeps by default."""

TRANSIT_KEY = "zhibu"
"""A derived key of type aes256-gcm96, made by Vault's administrator (docs/howto/operate.md)."""

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


class VaultKeys:
    """The provider for production: what wraps never leaves Vault, what is wrapped lies there too."""

    seen_within = AWAY_AT_MOST + SEEN_WITHIN

    def __init__(self, settings: VaultSettings) -> None:
        self.settings = settings
        self._client: hvac.Client | None = None
        self._stamps: dict[uuid.UUID, tuple[float, object]] = {}
        self._locked: dict[uuid.UUID, int] = {}
        self._away: tuple[float, Unavailable] | None = None
        self._lock = Lock()

    def stamp(self, tenant: uuid.UUID) -> object:
        """The version of what is kept; asked of Vault at most once in `SEEN_WITHIN` seconds a tenant."""
        now = time.monotonic()
        asked, known = self._stamps.get(tenant, (0.0, None))
        if known is not None and now - asked < SEEN_WITHIN:
            return known
        try:
            found = self._version(tenant) or None
        except Unavailable:
            if known is None or now - asked > AWAY_AT_MOST:
                raise
            return known
        self._stamps[tenant] = (now, found)
        return found

    def read(self, tenant: uuid.UUID) -> bytes | None:
        """What was kept for the tenant, None where nothing was."""
        found = self._ask(
            "secrets.kv.v2.read_secret_version", path=_path(tenant), mount_point=self.settings.kv, raise_on_deleted_version=False
        )  # fmt: skip
        content = found["data"]["data"] if found else None
        return base64.b64decode(content["keys"]) if content else None

    def write(self, tenant: uuid.UUID, content: bytes) -> None:
        """Keeps this instead of what was kept before, whose versions are destroyed; raises `KeysChanged`."""
        before = self._locked[tenant]
        try:
            self._there(self._ask_strictly(
                "secrets.kv.v2.create_or_update_secret",
                path=_path(tenant), secret={"keys": base64.b64encode(content).decode()}, cas=before, mount_point=self.settings.kv,
            ))  # fmt: skip
        except InvalidRequest as error:
            if "check-and-set" not in str(error):
                raise self._failed(error, 0.0) from error
            raise KeysChanged() from error
        self._locked[tenant] = before + 1
        self._stamps.pop(tenant, None)
        older = [version for version in range(before - OLDER + 1, before + 1) if version > 0]
        if older:
            self._ask(
                "secrets.kv.v2.destroy_secret_versions",
                path=_path(tenant), versions=older, mount_point=self.settings.kv,
            )  # fmt: skip

    @contextmanager
    def locked(self, tenant: uuid.UUID) -> Iterator[None]:
        """Inside the block `write` holds only if nobody, on any machine, has changed the keys since it began."""
        with self._lock:
            self._locked[tenant] = self._version(tenant)
            try:
                yield
            finally:
                del self._locked[tenant]

    def wrap(self, plain: bytes, tenant: uuid.UUID) -> bytes:
        """The key under the transit key, from which one is derived for each tenant."""
        found = self._ask(
            "secrets.transit.encrypt_data",
            name=TRANSIT_KEY, plaintext=base64.b64encode(plain).decode(), context=_context(tenant), mount_point=self.settings.transit,
        )  # fmt: skip
        return str(self._there(found)["data"]["ciphertext"]).encode()

    def unwrap(self, wrapped: bytes, tenant: uuid.UUID) -> bytes:
        """The key; raises `InvalidTag` where it was wrapped for another tenant or by another transit key."""
        try:
            found = self._ask_strictly(
                "secrets.transit.decrypt_data",
                name=TRANSIT_KEY, ciphertext=wrapped.decode("ascii"), context=_context(tenant), mount_point=self.settings.transit,
            )  # fmt: skip
        except (InvalidRequest, UnicodeDecodeError) as error:
            raise InvalidTag from error
        return base64.b64decode(self._there(found)["data"]["plaintext"])

    def _version(self, tenant: uuid.UUID) -> int:
        found = self._ask("secrets.kv.v2.read_secret_metadata", path=_path(tenant), mount_point=self.settings.kv)
        return int(found["data"]["current_version"]) if found else 0

    def _ask(self, call: str, **given: Any) -> Any:
        """Calls Vault; None where there is nothing. Raises `Unavailable` for whatever else is not an answer."""
        try:
            return self._ask_strictly(call, **given)
        except InvalidRequest as error:  # the transit key is missing, or an engine is not of the kind that we need
            raise self._failed(error, 0.0) from error

    def _ask_strictly(self, call: str, **given: Any) -> Any:
        """The same, but a request that Vault finds wrong raises `InvalidRequest`."""
        begun = time.monotonic()
        if self._away and begun < self._away[0]:
            raise self._away[1]
        try:
            client = self._client = self._client or self._signed_in()
            method: Any = client
            for name in call.split("."):
                method = getattr(method, name)
            answer = method(**given)
        except InvalidPath:
            answer = None
        except InvalidRequest:
            raise
        except (VaultError, requests.RequestException, OSError) as error:
            raise self._failed(error, time.monotonic() - begun) from error
        self._away = None
        return answer

    def _there(self, answer: Any) -> Any:
        """The answer; raises `Unavailable` for none, where only a missing engine gives none."""
        if answer is None:
            raise self._failed(InvalidPath(), 0.0)
        return answer

    def _failed(self, error: Exception, took: float) -> Unavailable:
        """The one error that everybody gets until Vault is asked again."""
        self._client = None  # the next call signs in anew: a token may have run out
        found = _away(error)
        log.warning("keys_away", error=type(error).__name__, seconds=round(took, 1))
        self._away = (time.monotonic() + max(RETRY_AFTER, PATIENCE * took), found)
        return found

    def _signed_in(self) -> hvac.Client:
        client = hvac.Client(url=self.settings.address, timeout=TIMEOUT, verify=self.settings.ca or True)
        if self.settings.role:
            client.auth.kubernetes.login(role=self.settings.role, jwt=SERVICE_ACCOUNT.read_text(encoding="utf-8"))
        else:
            client.token = self.settings.token()
        return client


def _path(tenant: uuid.UUID) -> str:
    return f"zhibu/{tenant}"


def _context(tenant: uuid.UUID) -> str:
    return base64.b64encode(tenant.bytes).decode()


def _away(error: Exception) -> Unavailable:
    said = type(error).__name__
    return Unavailable(
        "keys_away",
        Words(
            f"密钥服务（ZHIBU_KEYS）没有给出密钥：{said}。加密内容暂时不能读写，请检查地址、令牌和策略。",
            f"The key service (ZHIBU_KEYS) gave no keys: {said}. Sealed fields cannot be read or written for now;"
            " check address, token and policy.",
        ),
    )
