"""The tokens of the issuer, signed with a key that is new with each start."""

import time
import uuid

from zhibu_bridge.signing import Signer, new_key

ACCESS_LIFETIME = 3600
ID_LIFETIME = 300


class DemoSigner(Signer):
    """Signs access tokens (RFC 9068) and ID tokens for one issuer address."""

    def __init__(self, issuer: str) -> None:
        super().__init__(issuer, new_key())

    def access_token(self, subject: str, organization: str, client: str) -> str:
        """A token for the API, valid one hour; `organization` is the tenant's slug."""
        claims = {"aud": ["zhibu-api"], "client_id": client, "jti": uuid.uuid4().hex}
        return self.sign("at+jwt", claims | _of(subject, organization), ACCESS_LIFETIME)

    def id_token(self, subject: str, organization: str, client: str, nonce: str) -> str:
        """A token that tells the client who signed in."""
        claims = {"aud": client, "nonce": nonce, "auth_time": int(time.time())}
        return self.sign("JWT", claims | _of(subject, organization), ID_LIFETIME)


def _of(subject: str, organization: str) -> dict[str, object]:
    return {"sub": subject, "organization": [organization]}
