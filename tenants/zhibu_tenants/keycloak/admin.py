"""The administrator's connection to Keycloak: a service account of the master realm, five seconds an answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from zhibu_core.errors import Unavailable
from zhibu_core.identity.issuers import TIMEOUT, check_issuer_address
from zhibu_core.settings import Settings
from zhibu_core.words import Words

if TYPE_CHECKING:
    from keycloak import KeycloakAdmin

MASTER = "master"


@dataclass(frozen=True)
class Server:
    """A Keycloak that Zhibu administers: its address without a slash at the end, and our service account in it."""

    address: str
    client_id: str
    client_secret: str = field(repr=False)
    shared_realm: str
    public_address: str

    def issuer(self, realm: str) -> str:
        """The realm's name in tokens."""
        return f"{self.address}/realms/{realm}"

    def realm_of(self, issuer: str) -> str | None:
        """The realm that this issuer is, if it is one of this server's."""
        prefix = f"{self.address}/realms/"
        return issuer.removeprefix(prefix) if issuer.startswith(prefix) else None


def server_of(settings: Settings, *, demo: bool = False) -> Server:
    """The server that the settings name; raises `Unavailable` where they name none or an unsafe address."""
    given = (settings.keycloak_address, settings.keycloak_client_id, settings.keycloak_client_secret, settings.address)
    if not all(given):
        raise Unavailable(
            "keycloak_unset",
            Words(
                "没有设置 Keycloak：需要 ZHIBU_KEYCLOAK、ZHIBU_KEYCLOAK_CLIENT_ID、ZHIBU_KEYCLOAK_CLIENT_SECRET 和 ZHIBU_ADDRESS。",
                "Keycloak is not set: ZHIBU_KEYCLOAK, ZHIBU_KEYCLOAK_CLIENT_ID, ZHIBU_KEYCLOAK_CLIENT_SECRET and ZHIBU_ADDRESS are needed.",
            ),
        )
    address, client_id, secret, public = (str(value) for value in given)
    check_issuer_address(address, demo=demo)
    return Server(address.rstrip("/"), client_id, secret, settings.keycloak_realm, public.rstrip("/"))


@asynccontextmanager
async def administering(server: Server, realm: str, seconds: float = TIMEOUT) -> AsyncIterator["KeycloakAdmin"]:
    """Keycloak's administration of one realm; what it refuses or leaves unanswered that long is raised as `Unavailable`."""
    from keycloak import KeycloakAdmin  # a fifth of a second that most commands do not need
    from keycloak.exceptions import KeycloakError

    admin = KeycloakAdmin(
        server_url=server.address,
        client_id=server.client_id,
        client_secret_key=server.client_secret,
        realm_name=realm,
        user_realm_name=MASTER,
        timeout=int(seconds),
    )
    try:
        yield admin
    except KeycloakError as error:
        raise Unavailable("keycloak", _said(error)) from error


async def call(admin: "KeycloakAdmin", method: str, path: str, body: object = None) -> Any:
    """A raw call below the realm's own address; returns the answer's JSON, or None. Raises `Unavailable`."""
    import httpx
    import msgspec

    sender = {"GET": admin.connection.a_raw_get, "POST": admin.connection.a_raw_post, "PUT": admin.connection.a_raw_put}
    address = f"admin/realms/{admin.connection.realm_name}{path}"
    try:
        if method == "GET":
            answer = await sender[method](address)
        else:
            answer = await sender[method](address, data=msgspec.json.encode(body).decode())
    except httpx.HTTPError as error:
        raise Unavailable("keycloak", f"Keycloak: {type(error).__name__}") from error
    if answer.status_code == 404 and method == "GET":
        return None
    if answer.status_code >= 300:
        raise Unavailable("keycloak", f"Keycloak {method} {path}: {answer.status_code} {answer.text[:200]}")
    return answer.json() if answer.content else None


def _said(error: Exception) -> Words:
    status = getattr(error, "response_code", None)
    body = getattr(error, "response_body", None) or b""
    said = body.decode(errors="replace")[:200] if isinstance(body, bytes) else str(body)[:200]
    return Words(
        f"Keycloak 没有完成操作（{status or type(error).__name__}）：{said}",
        f"Keycloak did not do it ({status or type(error).__name__}): {said}",
    )
