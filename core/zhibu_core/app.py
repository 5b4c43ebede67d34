"""The composition root: settings and plugins in, a Litestar application out."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.middleware import DefineMiddleware
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.types import ControllerRouterHandler

from zhibu_core.background import Background
from zhibu_core.http import files, uploads
from zhibu_core.http.dependencies import TENANT_DEPENDENCIES
from zhibu_core.http.gate import gate
from zhibu_core.http.headers import add_security_headers
from zhibu_core.http.health import live, metrics, ready
from zhibu_core.http.openapi import openapi_document
from zhibu_core.http.problems import PageOfError, answer
from zhibu_core.http.refused import note_refusal
from zhibu_core.http.tenant_path import TenantPath
from zhibu_core.platform import Platform

MAX_BODY = 64 * 1024 * 1024


def create_app(
    platform: Platform,
    *,
    more: Sequence[ControllerRouterHandler] = (),
    jobs: bool = True,
    later: Collection[str] = (),
) -> Litestar:
    """The application of one process. `more` are handlers outside any tenant, such as the demo's issuer.

    Every installed plugin's routes are mounted once below /t/<slug>; the gate lets only enabled ones answer. The
    platform's own parts may bring `prepare(host)`, `shared_routes()` outside any tenant and `page_of_error`; those named
    by `later` take plugins in only when they are asked to (`PluginHost.take_in`).
    """
    host = platform.host
    host.prepare(later=later)
    shared = [route for routes in host.platform_parts("shared_routes") for route in routes()]
    shortcuts = host.platform_parts("shortcut")
    page_of_error: PageOfError | None = next(iter(host.platform_parts("page_of_error")), None)
    tenant_routes = [_in_tenant([files.open_file, *uploads.HANDLERS, openapi_document])]
    tenant_routes += [_in_tenant(routes, {"plugin": plugin}) for plugin, routes in host.call("routes")]
    service = _Service(
        route_handlers=[*tenant_routes, live, ready, metrics, *shared, *more],
        state=State({"platform": platform, "page_of_error": page_of_error}),
        middleware=[DefineMiddleware(TenantPath, hosts=platform.settings.hosts)],
        before_send=[add_security_headers],
        after_exception=[note_refusal],
        exception_handlers={Exception: answer},
        compression_config=CompressionConfig(backend="gzip", minimum_size=800, exclude_opt_key="uncompressed"),
        lifespan=[_lifespan(platform, jobs=jobs)],
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
    )
    service.shortcuts = [partial(shortcut, platform) for shortcut in shortcuts]
    return service


def _in_tenant(routes: Sequence[ControllerRouterHandler], opt: Mapping[str, str] | None = None) -> Router:
    """Handlers below a tenant; `opt` carries whose they are, so that the gate can close them.

    There is one router for all of a plugin's and none around these: Litestar copies a router deeply into what it is in.
    """
    return Router(path="/t/{slug:str}", guards=[gate], dependencies=TENANT_DEPENDENCIES, route_handlers=routes, opt=opt)


class _Service(Litestar):
    """Litestar without support for Pydantic's and attrs' classes in handlers: ours take none, and it takes long to import.

    A part of the platform may answer requests by a `shortcut`, past routes and middleware: it returns None where it did,
    and else what the usual route receives.
    """

    shortcuts: Sequence[Callable[..., Any]] = ()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Litestar's own, after the shortcuts."""
        if scope["type"] == "http" and scope["method"] == "POST":
            for shortcut in self.shortcuts:
                left = await shortcut(scope, receive, send)
                if left is None:
                    return
                receive = left
        await super().__call__(scope, receive, send)

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def _lifespan(platform: Platform, *, jobs: bool) -> Any:
    @asynccontextmanager
    async def run(_app: Litestar) -> AsyncGenerator[None, None]:
        background = Background(platform)
        platform.refusals.start()
        if jobs:
            await background.start()
        try:
            yield
        finally:
            await background.stop()
            await platform.refusals.stop()
            await platform.close()

    return run
