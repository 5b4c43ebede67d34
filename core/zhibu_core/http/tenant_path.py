"""Finds the tenant in host name or path: a tenant's own host is served as if the path began with /t/<slug>."""

from collections.abc import Mapping

from litestar.types import ASGIApp, Receive, Scope, Send

PREFIX = "tenant_prefix"
SHARED = ("/static/", "/health/", "/metrics", "/issuer/")
"""Paths that belong to no tenant, on any host."""


class TenantPath:
    """ASGI middleware; leaves in the request's state what to put before a tenant's links ("/t/<slug>" or "")."""

    def __init__(self, app: ASGIApp, hosts: Mapping[str, str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrites the path where the host names a tenant."""
        if scope["type"] in ("http", "websocket"):
            path = scope["path"]
            slug = self.hosts.get(_host(scope))
            if slug and not path.startswith(SHARED):
                scope["path"] = f"/t/{slug}{path}"
                scope["raw_path"] = scope["path"].encode()
                scope.setdefault("state", {})[PREFIX] = ""
            elif path.startswith("/t/"):
                scope.setdefault("state", {})[PREFIX] = "/".join(path.split("/")[:3])
        await self.app(scope, receive, send)


def _host(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            return bytes(value).decode("latin-1").rsplit(":", 1)[0].lower()
    return ""
