"""Security headers of every answer."""

from litestar.enums import ScopeType
from litestar.types import Message, Scope

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
PRIVATE = (b"cache-control", b"private, no-store")


async def add_security_headers(message: Message, scope: Scope) -> None:
    """Adds what an answer's start lacks, those that no route gave included; a tenant's pages are kept in no cache."""
    if message["type"] != "http.response.start" or scope["type"] != ScopeType.HTTP:
        return
    headers = list(message.get("headers", []))
    present = {name.lower() for name, _ in headers}
    message["headers"] = headers + [pair for pair in (*HEADERS, PRIVATE) if pair[0] not in present]
