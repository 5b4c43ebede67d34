"""How many access tokens one core verifies a second by the product's own function, each token another one."""

import time
import uuid
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from bench.world import World
from zhibu_core.identity.issuers import Issuer
from zhibu_core.identity.tokens import AUDIENCE, read_access_token

ADDRESS = "https://id.example.edu.cn/realms/zhibu"
KEYS: dict[str, tuple[RSAKey | ECKey, float]] = {
    "RS256": (RSAKey.generate_key(2048, {"use": "sig", "kid": "rsa"}), 8000.0),
    "ES256": (ECKey.generate_key("P-256", {"use": "sig", "kid": "ec"}), 6000.0),
}


async def run(world: World, short: bool) -> list[dict[str, Any]]:
    """Tokens a second of processor time, the best of rounds: what other processes take of the machine is not ours."""
    del world
    issuer = Issuer(ADDRESS, "zhibu-web")
    issuer.learn(KeySet([key for key, _ in KEYS.values()]).as_dict(private=False))
    figures = []
    for algorithm, (_, target) in KEYS.items():
        tokens = [signed(algorithm) for _ in range(400 if short else 1000)]
        pace = max([await _a_second(tokens, {ADDRESS: issuer}) for _ in range(12 if short else 15)])
        figures.append(
            {"bench": f"{algorithm} tokens verified a second", "value": pace, "target": target, "holds": pace >= target}
        )
    return figures


def signed(algorithm: str) -> str:
    """A token with the claims that Keycloak gives a member of a tenant of the shared realm (RFC 9068)."""
    key, _ = KEYS[algorithm]
    now = int(time.time())
    claims = {
        "iss": ADDRESS, "aud": [AUDIENCE, "account"], "sub": str(uuid.uuid4()), "jti": str(uuid.uuid4()), "sid": str(uuid.uuid4()),
        "iat": now, "auth_time": now, "exp": now + 300, "typ": "Bearer", "azp": "zhibu-web", "client_id": "zhibu-web", "acr": "gold",
        "scope": "openid organization:yunting", "organization": {"yunting": {"id": str(uuid.uuid4())}},
        "realm_access": {"roles": ["offline_access", "uma_authorization", "default-roles-zhibu"]},
    }  # fmt: skip
    return jwt.encode({"alg": algorithm, "typ": "at+jwt", "kid": key.kid}, claims, key, algorithms=[algorithm])


async def _a_second(tokens: list[str], issuers: dict[str, Issuer]) -> float:
    begun = time.process_time()
    for token in tokens:
        claims = await read_access_token(token, issuers)
        assert claims["iss"] == ADDRESS
    return len(tokens) / (time.process_time() - begun)
