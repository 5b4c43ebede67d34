"""Probes and metrics: live asks nothing outside, ready asks the database, its migrations and the isolation canary."""

import hmac
from typing import Any

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from zhibu_core.database.canary import isolation_canary
from zhibu_core.errors import Forbidden
from zhibu_core.http.migrated import behind
from zhibu_core.http.problems import answer
from zhibu_core.identity.issuers import LOOPBACK
from zhibu_core.platform import Platform


@get("/health/live", sync_to_thread=False, opt={"action": "public"})
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@get("/health/ready", opt={"action": "public"})
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """The service may be sent requests; otherwise 503 and the parts that fail."""
    platform: Platform = request.app.state.platform
    faults = await isolation_canary(platform) or await behind(platform)
    body = {"status": "not ready" if faults else "ready", "faults": faults}
    return Response(body, status_code=503 if faults else 200)


@get("/metrics", opt={"action": "public"}, sync_to_thread=False)
def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Prometheus' text format, for loopback or with the token of ZHIBU_METRICS_TOKEN."""
    platform: Platform = request.app.state.platform
    token = platform.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    is_near = request.client is not None and request.client.host in LOOPBACK
    allowed = hmac.compare_digest(given.encode(), token.encode()) if token else is_near
    if not allowed:
        raise Forbidden("metrics", "Metrics are for loopback or with the token of ZHIBU_METRICS_TOKEN.")
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def health_app(platform: Platform) -> Litestar:
    """The application of a process without pages, such as a worker: probes and metrics, nothing else."""
    return Litestar(
        route_handlers=[live, ready, metrics],
        state=State({"platform": platform}),
        exception_handlers={Exception: answer},
        openapi_config=None,
        logging_config=None,
    )
