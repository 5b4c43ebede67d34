"""Finds the tenant in host name or path: a tenant's own host is served as if the path began with /t/<slug>."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zhibu_core.errors import NotFound
from zhibu_core.words import Words

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Receive, Scope, Send

PREFIX = "tenant_prefix"
SHARED = ("/static/", "/health/", "/metrics", "/issuer/")
"""Paths that belong to no tenant, on any host."""


class TenantPath:
    """ASGI middleware; leaves in the request's state what to put before a tenant's links ("/t/<slug>" or "")."""

    def __init__(self, app: "ASGIApp", hosts: Mapping[str, str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Rewrites the path where the host names a tenant; raises `NotFound` for a path that nothing can be named by."""
        if scope["type"] in ("http", "websocket"):
            path = scope["path"]
            if "\0" in path:  # neither files nor rows have such names, and asking for them is an error of its own
                raise NotFound("not_found", Words("没有找到这个页面。", "There is no such page."))
            slug = self.hosts.get(host_of(scope))
            if slug and not path.startswith(SHARED):
                scope["path"] = f"/t/{slug}{path}"
                scope["raw_path"] = scope["path"].encode()
                scope.setdefault("state", {})[PREFIX] = ""
            elif path.startswith("/t/"):
                scope.setdefault("state", {})[PREFIX] = "/".join(path.split("/")[:3])
        await self.app(scope, receive, send)


def host_of(scope: "Scope") -> str:
    """The name of the host that was asked, small and without its port."""
    for name, value in scope["headers"]:
        if name == b"host":
            return bytes(value).decode("latin-1").rsplit(":", 1)[0].lower()
    return ""
