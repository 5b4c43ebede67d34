"""Refusals in SCIM's own form (RFC 7644, 3.12): status, scimType where there is one, and words that name the attribute."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from zhibu_core.errors import InvalidInput, LimitExceeded, Unavailable, ZhibuError
from zhibu_core.http.language import locale_of_connection
from zhibu_core.http.problems import as_domain_error, status_of
from zhibu_core.idempotency import InFlight, KeyReused
from zhibu_core.words import Words

MEDIA_TYPE = "application/scim+json"
SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"
RETRY = "2"
"""Seconds after which to try again where a part does not answer."""


class Refused(InvalidInput):
    """SCIM's own refusal; `scim_type` is the keyword of RFC 7644, table 9, and `field` the attribute."""

    def __init__(
        self, status: int, scim_type: str | None, message: Words | str, *, attribute: str | None = None
    ) -> None:
        super().__init__(f"scim_{scim_type or status}", message, field=attribute)
        self.status = status
        self.scim_type = scim_type


def invalid(attribute: str, message: Words, *, scim_type: str = "invalidValue") -> Refused:
    """A value that cannot be taken."""
    return Refused(400, scim_type, message, attribute=attribute)


def taken(attribute: str) -> Refused:
    """A value that another user or group of the directory has."""
    message = Words(
        f"{attribute} 已被目录中的另一项使用。请核对后改用其他值，或修改已有的那一项。",
        f"{attribute} is another's already. Check it: use another value, or change the one that has it.",
    )
    return Refused(409, "uniqueness", message, attribute=attribute)


def unknown(what: str) -> Refused:
    """An id or address that is not here; said alike for foreign, unknown and deleted ones."""
    return Refused(404, None, Words(f"没有这个 {what}。", f"There is no such {what}."))


def changed_meanwhile() -> Refused:
    """The version that the client knows is not the newest."""
    message = Words(
        "此项已被修改，与 If-Match 中的版本不一致。请重新读取后再写。",
        "It was changed meanwhile: its version is not that of If-Match. Read it again, then write.",
    )
    return Refused(412, None, message)


def answer_to_error(request: Request[Any, Any, Any], raised: Exception) -> Response[bytes]:
    """Any error as SCIM says it, in the caller's language."""
    error = as_domain_error(raised)
    status = raised.status_code if isinstance(raised, HTTPException) else status_in_scim(error)
    headers = {"Retry-After": RETRY} if isinstance(error, (Unavailable, InFlight)) else {}
    if isinstance(error, LimitExceeded) and (seconds := getattr(error, "seconds", None)):
        headers = {"Retry-After": str(seconds)}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return respond(error_body(error, status, locale_of_connection(request)), status, headers)


def error_body(error: ZhibuError, status: int, locale: str) -> Mapping[str, Any]:
    """The message; a status is a text in SCIM."""
    said = {"schemas": [SCHEMA], "status": str(status), "detail": error.message.of(locale)}
    scim_type = error.scim_type if isinstance(error, Refused) else "invalidValue" if status == 400 else None
    return said | ({"scimType": scim_type} if scim_type else {})


def status_in_scim(error: ZhibuError) -> int:
    """The HTTP status: what is wrong with values is 400 in SCIM, and an empty bucket 429."""
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, LimitExceeded):
        return 429
    if isinstance(error, (KeyReused, InFlight)):
        return 422 if isinstance(error, KeyReused) else 409
    return 400 if isinstance(error, InvalidInput) else status_of(error)


def respond(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """An answer in SCIM's media type; `body` as data, or as JSON that is written already."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Response(content, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))
