"""Who has opened a connection, found again and again: a session that ends or a role that is taken ends what it opened."""

import asyncio
import time
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from litestar import WebSocket

from zhibu_core.errors import Forbidden
from zhibu_core.http import gate
from zhibu_core.http.bearer import scope_at_once, scope_of_bearer
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_graphql.live.sharing import Sharing

ACTION = "graphql.query"
KEPT = 1.0
"""Seconds for which the asker is not looked at again."""

AT_ONCE = asyncio.Semaphore(4)
"""Connections to the database that all subscriptions of a process take together: ordinary requests need some too."""

Socket = WebSocket[Any, Any, Any]
_looks: Sharing[Scope] = Sharing()


class Asker:
    """The other end of one connection: by the token of its first message or its headers, else by its cookie."""

    def __init__(self, platform: Platform, socket: Socket) -> None:
        self.platform = platform
        self.socket = socket
        self.authorization = str(socket.headers.get("authorization", ""))
        self._seen: tuple[float, Scope] | None = None

    @property
    def is_from_our_pages(self) -> bool:
        """Whether the handshake names this host as its origin, as browsers do and cannot be talked out of."""
        return urlsplit(self.socket.headers.get("origin", "")).netloc == self.socket.headers.get("host")

    def take(self, payload: Any) -> None:
        """The token of `connection_init`, for clients that cannot send headers: `{"authorization": "Bearer …"}`."""
        given = (
            next((v for k, v in payload.items() if k.lower() == "authorization"), None)
            if isinstance(payload, dict)
            else None
        )
        if isinstance(given, str):
            self.authorization = given
            self._seen = None

    async def scope(self, since: float | None = None) -> Scope:
        """What the asker may do, looked at since (monotonic seconds), by default a moment ago.

        Raises `Unauthenticated` or `Forbidden` where that is nothing any more.
        """
        wanted = time.monotonic() - KEPT if since is None else since
        if self._seen is not None and self._seen[0] >= wanted:
            return self._seen[1]
        if not self.authorization and not self.is_from_our_pages:
            raise Forbidden(
                "cross_site",
                Words(
                    "这个连接不是从本站页面发出的，已拒绝。",
                    "This connection does not come from a page of this site and is refused.",
                ),
            )
        shown = self.authorization or str(self.socket.headers.get("cookie", ""))
        key = (self.platform, self.socket.path_params.get("slug"), sha256(shown.encode()).digest())
        at, found = await _looks.timed(key, wanted, self._found)
        found.require(ACTION)
        self._seen = (at, found)
        return found

    async def _found(self) -> Scope:
        async with AT_ONCE:
            return await self._look()

    async def _look(self) -> Scope:
        tenant = await gate.open_tenant(self.platform, str(self.socket.path_params.get("slug", "")))
        if not self.authorization:
            return await gate.scope_of(self.platform, tenant, self.socket)
        known = await scope_at_once(self.platform, tenant, self.authorization, "")
        if known is not None:
            return known
        async with self.platform.database.session(tenant.id) as session:
            return await scope_of_bearer(self.platform, session, tenant, self.authorization, "")
