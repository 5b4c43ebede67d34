"""The data keys of tenants: made on first use, rotated, and destroyed with the tenant; kept wrapped, apart from the database."""

import datetime as dt
import os
import uuid
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidTag

from zhibu_core.crypto.fields import FieldCipher
from zhibu_core.crypto.suites import SUITES
from zhibu_core.errors import Unavailable
from zhibu_core.words import Words

DATA_KEY = 32
MOST_VERSIONS = 255
"""A key's number is one byte of each ciphertext."""


class KeyProvider(Protocol):
    """Where wrapped keys lie and what wraps them: a folder, or Vault.

    Every process knows of a change `seen_within` seconds after it.
    """

    seen_within: float

    def stamp(self, tenant: uuid.UUID) -> object:
        """Changes whenever the tenant's keys do; None where there are none."""
        ...

    def read(self, tenant: uuid.UUID) -> bytes | None:
        """What is kept for the tenant, None where nothing is."""
        ...

    def write(self, tenant: uuid.UUID, content: bytes) -> None:
        """Keeps this instead of what was kept before; raises `KeysChanged` where another process was first."""
        ...

    def locked(self, tenant: uuid.UUID) -> AbstractContextManager[None]:
        """Nobody else changes the tenant's keys inside the block."""
        ...

    def wrap(self, plain: bytes, tenant: uuid.UUID) -> bytes:
        """A key under the key-encryption key, bound to its tenant."""
        ...

    def unwrap(self, wrapped: bytes, tenant: uuid.UUID) -> bytes:
        """The key; raises `InvalidTag` where it was wrapped for another tenant or by another key."""
        ...


class KeysChanged(Unavailable):
    """Another process has changed the tenant's keys meanwhile: read them and begin again."""

    def __init__(self) -> None:
        super().__init__(
            "keys_changed",
            Words(
                "这个租户的密钥正在另一处更改，请稍后再试。",
                "The keys of this tenant are being changed elsewhere; try again.",
            ),
        )


class DataKey(msgspec.Struct, frozen=True):
    """A wrapped data key: its number in ciphertexts, its suite ("aes", "sm4")."""

    number: int
    suite: str
    made_at: dt.datetime
    wrapped: bytes


class TenantKeys(msgspec.Struct, frozen=True, omit_defaults=True):
    """All keys of a tenant. Values are found by the index key, which does not rotate: its suite is the first key's.

    A tenant whose keys were destroyed keeps this with nothing in it, so that no new key is ever made for it.
    """

    data: tuple[DataKey, ...] = ()
    index_suite: str = "aes"
    index_key: bytes = b""
    destroyed_at: dt.datetime | None = None


class Keyring:
    """Ciphers of columns, and the life of the keys behind them."""

    def __init__(self, provider: KeyProvider, *, suite: str = "aes") -> None:
        self.provider = provider
        self.suite = suite
        self._seen: dict[uuid.UUID, tuple[object, TenantKeys]] = {}
        self._ciphers: dict[tuple[uuid.UUID, str], FieldCipher] = {}

    def cipher(self, tenant: uuid.UUID, column: str) -> FieldCipher:
        """The cipher of a column such as "person.sealed"; makes the tenant's first key if there is none.

        Raises `Unavailable` for a tenant whose keys were destroyed.
        """
        keys = self._keys(tenant)
        found = self._ciphers.get((tenant, column))
        if found is None:
            found = self._ciphers[tenant, column] = self._cipher(tenant, keys, column)
        return found

    def keys_of(self, tenant: uuid.UUID) -> TenantKeys:
        """What is kept of the tenant's keys, wrapped; empty where none was made yet."""
        found = self._read(tenant)
        return found or TenantKeys()

    def rotate(self, tenant: uuid.UUID, suite: str | None = None) -> DataKey:
        """Makes a new data key that everything is sealed with from now on; the older ones still open.

        Raises `Unavailable` for a tenant whose keys were destroyed, or that has used up its numbers.
        """
        self._keys(tenant)
        with self.provider.locked(tenant):
            keys = _usable(self._read(tenant))
            if keys.data[-1].number == MOST_VERSIONS:
                raise Unavailable("keys_used_up", f"tenant {tenant} has had {MOST_VERSIONS} data keys")
            fresh = self._fresh(tenant, keys.data[-1].number + 1, suite or keys.data[-1].suite)
            self._write(tenant, msgspec.structs.replace(keys, data=(*keys.data, fresh)))
        return fresh

    def retire(self, tenant: uuid.UUID) -> int:
        """Forgets every data key but the newest, once nothing is sealed with them; returns how many."""
        with self.provider.locked(tenant):
            keys = _usable(self._read(tenant))
            self._write(tenant, msgspec.structs.replace(keys, data=keys.data[-1:]))
        return len(keys.data) - 1

    def destroy(self, tenant: uuid.UUID) -> None:
        """Destroys all keys of the tenant: what they sealed can never be read again, in backups neither.

        Written again where they were destroyed before: who broke off then may have left older versions behind.
        """
        with self.provider.locked(tenant):
            before = self._read(tenant)
            done = before is not None and before.destroyed_at is not None
            self._write(tenant, before if done and before else TenantKeys(destroyed_at=dt.datetime.now(dt.UTC)))

    def _keys(self, tenant: uuid.UUID) -> TenantKeys:
        stamp = self.provider.stamp(tenant)
        seen = self._seen.get(tenant)
        if seen is None or stamp is None or seen[0] != stamp:
            self._forget(tenant)
            keys = self._read(tenant) or self._first(tenant)
            seen = self._seen[tenant] = (self.provider.stamp(tenant), keys)
        return _usable(seen[1])

    def _forget(self, tenant: uuid.UUID) -> None:
        self._seen.pop(tenant, None)
        for key in [key for key in self._ciphers if key[0] == tenant]:
            del self._ciphers[key]

    def _first(self, tenant: uuid.UUID) -> TenantKeys:
        with self.provider.locked(tenant):
            found = self._read(tenant)
            if found is None:
                index = self.provider.wrap(os.urandom(DATA_KEY), tenant)
                found = TenantKeys((self._fresh(tenant, 1, self.suite),), self.suite, index)
                try:
                    self._write(tenant, found)
                except KeysChanged:  # another machine made them in this moment: those are the keys
                    return self._read(tenant) or TenantKeys()
            return found

    def _fresh(self, tenant: uuid.UUID, number: int, suite: str) -> DataKey:
        wrapped = self.provider.wrap(os.urandom(DATA_KEY), tenant)
        return DataKey(number, suite, dt.datetime.now(dt.UTC), wrapped)

    def _cipher(self, tenant: uuid.UUID, keys: TenantKeys, column: str) -> FieldCipher:
        sealings = {}
        for key in keys.data:
            suite = SUITES[key.suite]
            subkey = suite.derive(self._unwrapped(key.wrapped, tenant), f"seal|{column}")
            sealings[key.number] = suite.sealing(subkey)
        index = SUITES[keys.index_suite]
        index_key = index.derive(self._unwrapped(keys.index_key, tenant), f"index|{column}")
        return FieldCipher(tenant.bytes + column.encode(), keys.data[-1].number, sealings, index, index_key)

    def _unwrapped(self, wrapped: bytes, tenant: uuid.UUID) -> bytes:
        try:
            return self.provider.unwrap(wrapped, tenant)
        except InvalidTag:
            raise Unavailable(
                "keys_wrong",
                Words(
                    "这个租户的密钥不能解开：主密钥与保存它时的不是同一个。请联系平台运维。",
                    "The keys of this tenant do not open: the key that wraps them is not the one they were kept under."
                    " Ask who runs the platform.",
                ),
            ) from None

    def _read(self, tenant: uuid.UUID) -> TenantKeys | None:
        content = self.provider.read(tenant)
        return None if content is None else msgspec.json.decode(content, type=TenantKeys)

    def _write(self, tenant: uuid.UUID, keys: TenantKeys) -> None:
        self.provider.write(tenant, msgspec.json.encode(keys))
        self._forget(tenant)


def _usable(keys: TenantKeys | None) -> TenantKeys:
    if keys is None or keys.destroyed_at is not None:
        raise Unavailable(
            "keys_destroyed",
            Words(
                "这个租户的密钥已经销毁，加密的内容不能再读取。",
                "The keys of this tenant were destroyed; what they sealed cannot be read any more.",
            ),
        )
    return keys
