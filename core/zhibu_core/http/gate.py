"""The guard before every tenant route: who asks, is the plugin on, is the action held; all from the route's own opt."""

import time
import uuid
from typing import Any, cast
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from zhibu_core.errors import Forbidden, NotFound
from zhibu_core.http.bearer import person_of_bearer
from zhibu_core.identity.sessions import cookie_name, person_of_session
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.scope import Scope, Tenant

Connection = ASGIConnection[Any, Any, Any, Any]
PUBLIC = "public"
"""The action of routes that need nobody signed in, such as the sign-in page."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
TENANT_KEPT = 5.0


async def gate(connection: Connection, handler: BaseRouteHandler) -> None:
    """Leaves the request's `Scope` in its state; raises `NotFound`, `Unauthenticated` or `Forbidden`."""
    platform: Platform = connection.app.state.platform
    tenant = await _tenant(platform, str(connection.path_params.get("slug", "")))
    scope = await _scope(platform, tenant, connection)
    connection.state.scope = scope
    plugin = handler.opt.get("plugin")
    if plugin and plugin not in scope.plugins and plugin not in platform.host.platform:
        raise NotFound("not_found", "没有找到这个页面。")
    action = handler.opt.get("action")
    if action is None:
        raise Forbidden("no_action", "这个地址没有声明所需权限，已拒绝。")
    if action != PUBLIC:
        scope.require(action)


async def _tenant(platform: Platform, slug: str) -> Tenant:
    at, tenant = platform.tenants_seen.get(slug, (-TENANT_KEPT, None))
    if tenant is None or time.monotonic() - at > TENANT_KEPT:
        async with platform.database.system_session() as system:
            tenant = await find_tenant(system, slug)
        platform.tenants_seen[slug] = (time.monotonic(), tenant)
    return tenant


async def _scope(platform: Platform, tenant: Tenant, connection: Connection) -> Scope:
    async with platform.database.session(tenant.id) as session:
        person: uuid.UUID | None
        client = "web"
        authorization = connection.headers.get("authorization", "")
        if authorization:
            person, client = await person_of_bearer(platform, session, tenant, authorization)
        else:
            secret = connection.cookies.get(cookie_name(tenant.slug))
            person = await person_of_session(session, tenant.id, secret) if secret else None
            if person is not None:
                _same_origin(connection)
        request_id = connection.headers.get("x-request-id", "")[:64] or uuid.uuid4().hex[:12]
        return await platform.scopes.scope(session, tenant, person, client=client, request_id=request_id)


def _same_origin(connection: Connection) -> None:
    """Cookies come along from anywhere; a change must come from our own pages (Origin, else Sec-Fetch-Site)."""
    if cast("str", connection.scope.get("method", "GET")) in SAFE:
        return
    origin = connection.headers.get("origin")
    if origin is not None and origin != "null":
        same = urlsplit(origin).netloc == connection.headers.get("host")
    else:
        same = connection.headers.get("sec-fetch-site") in ("same-origin", "none")
    if not same:
        raise Forbidden("cross_site", "这个请求不是从本站页面发出的，已拒绝。请在本站页面上重试。")
