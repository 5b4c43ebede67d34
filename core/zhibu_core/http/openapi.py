"""The OpenAPI document of a tenant's machine-facing addresses: what core and the platform's parts say of their own.

Pages and their forms are for people and stay out, as does GraphQL, whose contract is its schema. It is written by hand
and not read off the handlers, which take raw bodies; tests send what it allows and see that nothing else comes back.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from zhibu_core.http.tenant_path import PREFIX
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope

Schema = Mapping[str, Any]
Paths = Mapping[str, Mapping[str, Any]]
"""Address → method → operation."""

PROBLEM = "application/problem+json"
TEXT: Schema = {"type": "string"}
PROBLEM_SCHEMA: Schema = {
    "type": "object",
    "description": "Problem details (RFC 9457): what happened and what to do, in the reader's language.",
    "required": ["title", "status", "code"],
    "properties": {"title": TEXT, "status": {"type": "integer"}, "code": TEXT, "field": TEXT},
}


def content(schema: Schema, media_type: str = "application/json") -> Mapping[str, Any]:
    """A body of this form."""
    return {media_type: {"schema": schema}}


def answer(said: str, schema: Schema | None = None, media_type: str = "application/json") -> Mapping[str, Any]:
    """One answer: in words, and its body if it has one."""
    return {"description": said} | ({"content": content(schema, media_type)} if schema is not None else {})


def problem(said: str) -> Mapping[str, Any]:
    """An answer that is a problem."""
    return answer(said, {"$ref": "#/components/schemas/Problem"}, PROBLEM)


def operation(
    name: str,
    said: str,
    answers: Mapping[int, Mapping[str, Any]],
    *,
    parameters: Sequence[Mapping[str, Any]] = (),
    body: Mapping[str, Any] | None = None,
    tag: str,
    signed: bool = False,
) -> Mapping[str, Any]:
    """One operation; a `signed` one needs a bearer token."""
    told: dict[str, Any] = {
        "operationId": name,
        "summary": said,
        "tags": [tag],
        "security": [{"bearer": []}] if signed else [],
        "responses": {str(status): one for status, one in sorted(answers.items())},
    }
    if parameters:
        told["parameters"] = list(parameters)
    if body is not None:
        told["requestBody"] = {"required": True, "content": body}
    return told


def document(platform: Platform, title: str, prefix: str, origin: str) -> Mapping[str, Any]:
    """The document of the tenant below `prefix`; parts of the platform bring `openapi(prefix)` → (paths, schemas)."""
    paths: dict[str, Any] = dict(_own(prefix))
    schemas: dict[str, Schema] = {"Problem": PROBLEM_SCHEMA}
    for describe in platform.host.platform_parts("openapi"):
        more, named = describe(prefix)
        paths |= more
        schemas |= named
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Zhibu · {title}", "version": "1", "license": {"name": "Apache-2.0"}},
        "servers": [{"url": origin}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


@get("/openapi.json", opt={"action": "public"}, sync_to_thread=False)
def openapi_document(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> Response[Mapping[str, Any]]:
    """The document; nothing in it is secret."""
    origin = platform.settings.address or str(request.base_url).rstrip("/")
    return Response(document(platform, who.tenant.name, str(request.state.get(PREFIX, "")), origin))


def _own(prefix: str) -> Paths:
    status: Schema = {"type": "object", "required": ["status"], "properties": {"status": TEXT}}
    ready: Schema = {
        "type": "object",
        "required": ["status", "faults"],
        "properties": {"status": TEXT, "faults": {"type": "array", "items": TEXT}},
    }
    probes = "Probes"
    return {
        "/health/live": {
            "get": operation("live", "Whether the process answers", {200: answer("It does.", status)}, tag=probes)
        },
        "/health/ready": {
            "get": operation(
                "ready",
                "Whether it may be sent requests",
                {200: answer("It may.", ready), 503: answer("It may not, and why.", ready)},
                tag=probes,
            )
        },
        f"{prefix}/openapi.json": {
            "get": operation("openapi", "This document", {200: answer("It.", {"type": "object"})}, tag="Description")
        },
    }
