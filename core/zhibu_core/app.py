"""The composition root: settings and plugins in, a Litestar application out."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.middleware import DefineMiddleware
from litestar.types import ControllerRouterHandler

from zhibu_core.background import Background
from zhibu_core.http import files, uploads
from zhibu_core.http.dependencies import TENANT_DEPENDENCIES
from zhibu_core.http.gate import gate
from zhibu_core.http.headers import add_security_headers
from zhibu_core.http.health import live, metrics, ready
from zhibu_core.http.openapi import openapi_document
from zhibu_core.http.problems import PageOfError, answer
from zhibu_core.http.tenant_path import TenantPath
from zhibu_core.platform import Platform

MAX_BODY = 64 * 1024 * 1024


def create_app(
    platform: Platform,
    *,
    more: Sequence[ControllerRouterHandler] = (),
    jobs: bool = True,
) -> Litestar:
    """The application of one process. `more` are handlers outside any tenant, such as the demo's issuer.

    Every installed plugin's routes are mounted once below /t/<slug>; the gate lets only enabled ones answer. The
    platform's own parts may bring `prepare(host)`, `shared_routes()` outside any tenant and `page_of_error`.
    """
    host = platform.host
    host.prepare()
    shared = [route for routes in host.platform_parts("shared_routes") for route in routes()]
    page_of_error: PageOfError | None = next(iter(host.platform_parts("page_of_error")), None)
    tenant_routes = Router(
        path="/t/{slug:str}",
        guards=[gate],
        dependencies=TENANT_DEPENDENCIES,
        route_handlers=[
            *(_owned(plugin, route) for plugin, route in host.collect("routes")),
            *(files.open_file, *uploads.HANDLERS, openapi_document),
        ],
    )
    return Litestar(
        route_handlers=[tenant_routes, live, ready, metrics, *shared, *more],
        state=State({"platform": platform, "page_of_error": page_of_error}),
        middleware=[DefineMiddleware(TenantPath, hosts=platform.settings.hosts)],
        before_send=[add_security_headers],
        exception_handlers={Exception: answer},
        compression_config=CompressionConfig(backend="gzip", minimum_size=800, exclude_opt_key="uncompressed"),
        lifespan=[_lifespan(platform, jobs=jobs)],
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
    )


def _owned(plugin: str, route: Any) -> Router:
    """The plugin's handler in a router that carries whose it is, so that the gate can close it."""
    return Router(path="/", route_handlers=[route], opt={"plugin": plugin})


def _lifespan(platform: Platform, *, jobs: bool) -> Any:
    @asynccontextmanager
    async def run(_app: Litestar) -> AsyncGenerator[None, None]:
        background = Background(platform)
        if jobs:
            await background.start()
        try:
            yield
        finally:
            await background.stop()
            await platform.close()

    return run
