"""The address of subscriptions: the same as the endpoint's, for connections that speak graphql-transport-ws."""

import contextlib
from typing import Any

from litestar import WebSocket, websocket

from zhibu_core.http.language import locale_of_connection
from zhibu_core.http.tenant_path import PREFIX
from zhibu_core.platform import Platform

MOST_OPEN = 2_000
"""Connections of one process."""

_open = 0


@websocket("/graphql", opt={"action": "public"})
async def subscriptions(socket: WebSocket[Any, Any, Any]) -> None:
    """Serves one connection; who it is, its first message says, and the connection ends where that is nobody.

    It names no action of its own, as browsers cannot send a token in the handshake.
    """
    from zhibu_graphql.live.asker import Asker
    from zhibu_graphql.live.connection import Connection
    from zhibu_graphql.live.messages import NO_SUBPROTOCOL, PROTOCOL, TOO_FULL

    global _open
    spoken = socket.scope.get("subprotocols", [])
    if PROTOCOL not in spoken or _open >= MOST_OPEN:
        await socket.accept()
        reason = f"Speak {PROTOCOL}." if PROTOCOL not in spoken else "Too many are connected. Try again later."
        await socket.close(code=NO_SUBPROTOCOL if PROTOCOL not in spoken else TOO_FULL, reason=reason)
        return
    platform: Platform = socket.app.state.platform
    _open += 1
    try:
        await socket.accept(subprotocols=PROTOCOL)
        connection = Connection(
            platform, socket, Asker(platform, socket), socket.state.get(PREFIX, ""), locale_of_connection(socket)
        )
        with contextlib.suppress(ConnectionError):
            await connection.run()
    finally:
        _open -= 1
