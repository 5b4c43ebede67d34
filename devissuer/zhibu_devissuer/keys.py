"""The issuer's signing key, new with each start, and the tokens it signs."""

import time
import uuid
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

ACCESS_LIFETIME = 3600
ID_LIFETIME = 300
ALGORITHM = "ES256"


class Signer:
    """Signs access tokens (RFC 9068) and ID tokens for one issuer address."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._key = ECKey.generate_key("P-256", parameters={"kid": uuid.uuid4().hex, "use": "sig", "alg": ALGORITHM})

    def public_keys(self) -> dict[str, Any]:
        """The key set as published."""
        return dict(KeySet([self._key]).as_dict(private=False))

    def access_token(self, subject: str, organization: str, client: str) -> str:
        """A token for the API, valid one hour; `organization` is the tenant's slug."""
        claims = {"aud": ["zhibu-api"], "client_id": client, "organization": [organization], "jti": uuid.uuid4().hex}
        return self._sign("at+jwt", subject, claims, ACCESS_LIFETIME)

    def id_token(self, subject: str, organization: str, client: str, nonce: str) -> str:
        """A token that tells the client who signed in."""
        claims = {"aud": client, "nonce": nonce, "organization": [organization], "auth_time": int(time.time())}
        return self._sign("JWT", subject, claims, ID_LIFETIME)

    def _sign(self, kind: str, subject: str, claims: dict[str, Any], lifetime: int) -> str:
        now = int(time.time())
        own = {"iss": self.issuer, "sub": subject, "iat": now, "exp": now + lifetime}
        header = {"alg": ALGORITHM, "typ": kind, "kid": self._key.kid}
        return jwt.encode(header, own | claims, self._key, algorithms=[ALGORITHM])
