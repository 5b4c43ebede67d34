"""Which media type an answer has, and which status follows from it (GraphQL over HTTP)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from litestar import Request, Response

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


@dataclass(frozen=True)
class Accepted:
    """What the caller reads: `media_type` None where it reads none of ours; `legacy`: plain JSON and nothing newer."""

    media_type: str | None
    legacy: bool = False


@lru_cache(maxsize=256)
def negotiate(accept: str) -> Accepted:
    """The best of our media types for an Accept header; plain JSON where the caller has no wish."""
    wishes = dict(_wish(part) for part in accept.split(",") if part.strip())
    if not wishes:
        return Accepted(JSON)
    graphql, json = wishes.get(GRAPHQL, 0.0), wishes.get(JSON, 0.0)
    if graphql and graphql >= json:
        return Accepted(GRAPHQL)
    if json:
        return Accepted(JSON, legacy=not graphql)
    return Accepted(JSON if wishes.get("*/*") or wishes.get("application/*") else None)


def _wish(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((text.removeprefix("q=") for text in parameters if text.startswith("q=")), "1")
    try:
        return name, float(quality)
    except ValueError:
        return name, 0.0


def respond(request: Request[Any, Any, Any], body: Any, status: int = 200, **headers: str) -> Response[bytes]:
    """An answer in the form that the caller reads."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return passed_on(request, msgspec.json.encode(body), named, status)


def passed_on(
    request: Request[Any, Any, Any], body: bytes, headers: Mapping[str, str], status: int = 200
) -> Response[bytes]:
    """The same of an answer that is written already."""
    media_type = negotiate(request.headers.get("accept", "")).media_type or JSON
    return Response(
        body,
        status_code=status,
        media_type=f"{media_type}; charset=utf-8",
        headers={"Vary": "Accept", **headers},
    )
