"""Cookies that only this platform can read or make: what must wait in the browser for a few minutes, sealed by tenant."""

import time
import uuid
from typing import Any, TypeVar

import msgspec

from zhibu_core.errors import Unavailable
from zhibu_core.identity.sessions import cookie_name
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Tenant
from zhibu_web.framing import AnyRequest

T = TypeVar("T")
COOKIE: dict[str, Any] = {"path": "/", "secure": True, "httponly": True, "samesite": "lax"}
WAITS = 600.0
"""Seconds that such a cookie is good for."""

NOBODY = uuid.UUID(int=0)


class _Kept(msgspec.Struct):
    """What is sealed: the content, and when, in seconds since 1970."""

    content: msgspec.Raw
    at: float


def name_of(tenant: Tenant, what: str) -> str:
    """The cookie's name."""
    return f"{cookie_name(tenant.slug)}-{what}"


def seal(platform: Platform, tenant: Tenant, what: str, content: object) -> str:
    """The cookie's value."""
    kept = msgspec.json.encode(_Kept(msgspec.Raw(msgspec.json.encode(content)), time.time()))
    return platform.keyring.cipher(tenant.id, f"sign_in.{what}").seal(kept, NOBODY).hex()


def open_sealed(request: AnyRequest, platform: Platform, tenant: Tenant, what: str, kind: type[T]) -> T | None:
    """What the browser brought back, or None where it is missing, too old or not ours."""
    try:
        sealed = bytes.fromhex(request.cookies.get(name_of(tenant, what), ""))
        plain = platform.keyring.cipher(tenant.id, f"sign_in.{what}").open(sealed, NOBODY)
        kept = msgspec.json.decode(plain, type=_Kept)
        content = msgspec.json.decode(kept.content, type=kind)
    except (ValueError, Unavailable, msgspec.DecodeError):
        return None
    return content if time.time() - kept.at <= WAITS else None
