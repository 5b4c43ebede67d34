"""The guard before every tenant route: who asks, is the plugin on, is the action held; all from the route's own opt."""

import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any, cast
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Forbidden, NotFound
from zhibu_core.http.bearer import scope_at_once, scope_of_bearer
from zhibu_core.http.refused import TENANT
from zhibu_core.identity.permissions import STAFF_ROLE
from zhibu_core.identity.quick import Browser, Remembered
from zhibu_core.identity.sessions import cookie_name, hash_of
from zhibu_core.identity.staff import COOKIE, admitted, staff_of_session
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import find_tenant_at_once
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.words import Words

Connection = ASGIConnection[Any, Any, Any, Any]
PUBLIC = "public"
"""The action of routes that need nobody signed in, such as the sign-in page."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CLOSED = Words(
    "本单位的平台暂停使用。数据都在，恢复后可继续使用。请向本单位管理员了解原因。",
    "This organization's platform is paused. Its data is kept and can be used again once it resumes. Ask its administrator why.",
)


async def gate(connection: Connection, handler: BaseRouteHandler) -> None:
    """Leaves the request's `Scope` in its state; raises `NotFound`, `Unauthenticated` or `Forbidden`."""
    platform: Platform = connection.app.state.platform
    tenant = await open_tenant(platform, str(connection.path_params.get("slug", "")))
    connection.state[TENANT] = tenant
    scope = await scope_of(platform, tenant, connection)
    connection.state.scope = scope
    plugin = handler.opt.get("plugin")
    if plugin and plugin not in scope.plugins and plugin not in platform.host.platform:
        raise NotFound("not_found", Words("没有找到这个页面。", "There is no such page."))
    action = handler.opt.get("action")
    if action is None:
        raise Forbidden(
            "no_action",
            Words("这个地址没有声明所需权限，已拒绝。", "This address declares no permission and is refused."),
        )
    if action != PUBLIC:
        scope.require(action)
        if STAFF_ROLE in scope.roles:
            await _note_visit(platform, scope, action, connection.url.path)


async def _note_visit(platform: Platform, scope: Scope, action: str, path: str) -> None:
    """The tenant sees every step of the platform's staff: one row a request, with the address and no query."""
    async with platform.database.session(scope.tenant.id) as session:
        await note(session, scope, action, "page", purpose=path)


async def open_tenant(platform: Platform, slug: str) -> Tenant:
    """The tenant of this slug; raises `NotFound`, or `Forbidden` for one that is not open."""
    tenant = await platform.tenants.of(slug, partial(find_tenant_at_once, platform.database.readers, slug))
    if tenant.state != "open":
        raise Forbidden("tenant_closed", CLOSED)
    return tenant


async def scope_of(platform: Platform, tenant: Tenant, connection: Connection) -> Scope:
    """Who asks, and what they may do; raises `Unauthenticated` or `Forbidden`."""
    return await _scope(platform, tenant, connection)


def request_id_of(headers: Mapping[str, str]) -> str:
    """The caller's own id of the request, else one of ours."""
    return headers.get("x-request-id", "")[:64] or uuid.uuid4().hex[:12]


async def _scope(platform: Platform, tenant: Tenant, connection: Connection) -> Scope:
    request_id = request_id_of(connection.headers)
    if authorization := connection.headers.get("authorization", ""):
        known = await scope_at_once(platform, tenant, authorization, request_id)
        if known is not None:
            return known
    elif browser := _browser(tenant, connection):
        known = await platform.quick.scope(tenant, browser, request_id)
        if known is not None:
            same_origin(connection)
            return known
    async with platform.database.session(tenant.id) as session:
        if authorization:
            return await scope_of_bearer(platform, session, tenant, authorization, request_id)
        return await _scope_of_staff(platform, session, tenant, connection, request_id)


def remembered_browser(platform: Platform, tenant: Tenant, connection: Connection) -> Remembered | None:
    """The scope as it was when the browser of our own pages asked last (`quick.remembered`); None for any other."""
    browser = _browser(tenant, connection)
    found = platform.quick.remembered(tenant, browser) if browser else None
    if found is not None:
        same_origin(connection)
    return found


def _browser(tenant: Tenant, connection: Connection) -> Browser | None:
    secret = connection.cookies.get(cookie_name(tenant.slug))
    return Browser(hash_of(secret)) if secret else None


async def _scope_of_staff(
    platform: Platform, session: AsyncSession, tenant: Tenant, connection: Connection, request_id: str
) -> Scope:
    """Platform staff whom the tenant has let in; everybody else is nobody."""
    secret = connection.cookies.get(COOKIE)
    staff = await staff_of_session(session, secret) if secret else None
    found = await admitted(session, staff) if staff else None
    if found is None:
        return await platform.scopes.scope(session, tenant, None, request_id=request_id)
    same_origin(connection)
    return await platform.scopes.scope_of_staff(session, tenant, found, request_id=request_id)


def same_origin(connection: Connection) -> None:
    """Raises `Forbidden` for a change that does not come from our own pages (Origin, else Sec-Fetch-Site): cookies always do."""
    if cast("str", connection.scope.get("method", "GET")) in SAFE:
        return
    origin = connection.headers.get("origin")
    if origin is not None and origin != "null":
        same = urlsplit(origin).netloc == connection.headers.get("host")
    else:
        same = connection.headers.get("sec-fetch-site") in ("same-origin", "none")
    if not same:
        raise Forbidden(
            "cross_site",
            Words(
                "这个请求不是从本站页面发出的，已拒绝。请在本站页面上重试。",
                "This request did not come from a page of this site and is refused. Try again on our own page.",
            ),
        )
