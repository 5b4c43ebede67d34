"""Signs seals with the installation's key, and keeps the public keys that seals are checked by."""

from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from zhibu_core.crypto import signing
from zhibu_core.crypto.folder import write_once
from zhibu_core.crypto.signing import SEALS, SigningKeys

PRIVATE = SEALS.file


class SealingKeys:
    """Signs with the one private key; knows that key's public half and every `audit-<key id>.pub` in the folder.

    To change the key, move it away (`audit-signing.pem`, or its entry in Vault) and start anew: the next seal makes another,
    and seals of the old stay readable by its `.pub`.
    """

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys
        self._shown: str | None = None

    @property
    def folder(self) -> Path:
        """Where the public keys are."""
        return self._keys.folder

    @property
    def _private(self) -> Ed25519PrivateKey:
        found = self._keys.key(SEALS)
        name = key_id(found.public_key())
        if self._shown != name:
            write_once(self.folder / f"audit-{name}.pub", pem_of(found.public_key()))
            self._shown = name
        return found

    @property
    def current(self) -> str:
        """The id of the key that signs."""
        return key_id(self._private.public_key())

    def public_pem(self) -> str:
        """The public key that seals are signed for, for those who check them elsewhere."""
        return pem_of(self._private.public_key()).decode()

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        return self._private.sign(message)

    def is_signed(self, key: str, message: bytes, signature: bytes) -> bool | None:
        """Whether the key signed the message; None where the key is not known here."""
        found = self._known().get(key)
        if found is None:
            return None
        try:
            found.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def _known(self) -> dict[str, Ed25519PublicKey]:
        keys = [load_pem_public_key(path.read_bytes()) for path in self.folder.glob("audit-*.pub")]
        return {key_id(key): key for key in keys if isinstance(key, Ed25519PublicKey)}


def key_id(key: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of SHA-256 over the key's 32 bytes."""
    return signing.key_id(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def pem_of(key: Ed25519PublicKey) -> bytes:
    """The key as a PEM file (SubjectPublicKeyInfo)."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
