"""Signs what an issuer says, with one key of its own; the key can be kept, sealed, from one start to the next."""

import time
import uuid
from pathlib import Path
from typing import Any, Literal

from joserfc import jwt
from joserfc.jwk import ECKey, KeyParameters, KeySet, RSAKey

from zhibu_core.crypto.folder import FolderOfKeys, write_once

Algorithm = Literal["ES256", "RS256"]
Key = ECKey | RSAKey


class Signer:
    """Signs for one issuer address."""

    def __init__(self, issuer: str, key: Key, algorithm: Algorithm = "ES256") -> None:
        self.issuer, self.algorithm = issuer, algorithm
        self._key = key

    def public_keys(self) -> dict[str, Any]:
        """The key set as published."""
        return dict(KeySet([self._key]).as_dict(private=False))

    def sign(self, kind: str, claims: dict[str, Any], lifetime: int) -> str:
        """A token of this `typ` with issuer, `iat` and `exp` added; `lifetime` in seconds."""
        now = int(time.time())
        own = {"iss": self.issuer, "iat": now, "exp": now + lifetime}
        header = {"alg": self.algorithm, "typ": kind, "kid": self._key.kid}
        return jwt.encode(header, own | claims, self._key, algorithms=[self.algorithm])


def new_key(algorithm: Algorithm = "ES256") -> Key:
    """A fresh key: P-256, or RSA with 2048 bits."""
    parameters: KeyParameters = {"kid": uuid.uuid4().hex, "use": "sig", "alg": algorithm}
    if algorithm == "RS256":
        return RSAKey.generate_key(2048, parameters=parameters)
    return ECKey.generate_key("P-256", parameters=parameters)


def kept_key(folder: Path, name: str, algorithm: Algorithm) -> Key:
    """The key of this name, made on first use; the file is sealed under the folder's master key and bound to the name.

    A new key begins where the file is removed. Raises `InvalidTag` where the file was sealed for another name.
    """
    seals, path = FolderOfKeys(folder), folder / f"{name}.{algorithm.lower()}"
    bound = uuid.uuid5(uuid.NAMESPACE_URL, f"zhibu-bridge:{name}:{algorithm}")
    if not path.exists():
        pem = new_key(algorithm).as_pem(private=True)
        write_once(path, seals.wrap(pem, bound))
    pem = seals.unwrap(path.read_bytes(), bound)
    make = RSAKey if algorithm == "RS256" else ECKey
    known = make.import_key(pem)
    return make.import_key(pem, {"kid": known.thumbprint(), "use": "sig", "alg": algorithm})
