"""Turns domain errors into HTTP answers: problem details (RFC 9457) for programs, pages through the web's own renderer."""

from collections.abc import Callable
from typing import Any

import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from zhibu_core.errors import InvalidInput, NotFound, Unavailable, ZhibuError
from zhibu_core.http.language import locale_of_connection
from zhibu_core.words import Words

log = structlog.get_logger()
STATUS = {
    "BAD_USER_INPUT": 422,
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "GONE": 410,
    "LIMIT": 400,
    "INTERNAL": 500,
}
NO_RIGHT = "42501"
TOO_SLOW = "57014"
"""The state of a statement that was stopped at its limit (`tenancy.limits`)."""

NO_LOCK = "55P03"
NO_TEXT = frozenset({"22021", "22P05"})
"""States of a text that PostgreSQL cannot hold: one with a NUL, typed by nobody but sent by programs."""

BUSY = Words("服务繁忙，请稍候几秒再试。", "Busy just now. Try again in a few seconds.")
SLOW = Words(
    "这次查询用时过长，已停止，没有保存任何更改。请缩短时间段或缩小组织范围后再试；若仍如此，请告知管理员。",
    "This took the database too long and was stopped; nothing was saved. Ask for a shorter time or a smaller part of the tree; "
    "if it goes on, tell the administrator.",
)
PageOfError = Callable[[Request[Any, Any, Any], ZhibuError, int], Response[Any]]


def as_domain_error(error: Exception) -> ZhibuError:
    """The domain's word for any error: row security's refusal is "not found", the rest of the database stays inside."""
    if isinstance(error, ZhibuError):
        return error
    if isinstance(error, PoolTimeout):
        return Unavailable("busy", BUSY)
    if isinstance(error, DBAPIError) and (found := _of_database(error)):
        return found
    if isinstance(error, HTTPException):
        return _of_framework(error)
    log.error("unexpected", exc_info=error)
    return ZhibuError(
        "internal",
        Words(
            "系统内部出错，已记录。请稍后重试；若仍出错，请把错误编号告知管理员。",
            "Something went wrong inside; it has been noted. Try again later; if it goes on, tell the administrator the error number.",
        ),
    )


def status_of(error: ZhibuError) -> int:
    """The HTTP status of a domain error."""
    return 503 if isinstance(error, Unavailable) else STATUS[error.category]


def answer(request: Request[Any, Any, Any], raised: Exception) -> Response[Any]:
    """The answer to any error, in the form that the caller reads."""
    error = as_domain_error(raised)
    status = raised.status_code if isinstance(raised, HTTPException) else status_of(error)
    page: PageOfError | None = getattr(request.app.state, "page_of_error", None)
    if page is not None and "text/html" in request.headers.get("accept", ""):
        return _with_headers(page(request, error, status), raised)
    title = error.message.of(locale_of_connection(request))
    problem = {"title": title, "status": status, "code": error.code, "field": error.field}
    response: Response[Any] = Response(
        msgspec.json.encode({key: value for key, value in problem.items() if value is not None}),
        status_code=status,
        media_type="application/problem+json",
    )
    if status == 503:
        response.headers["Retry-After"] = "2"
    return _with_headers(response, raised)


def _with_headers(response: Response[Any], raised: Exception) -> Response[Any]:
    """The answer with what the framework's own error says in headers, such as Allow beside 405."""
    if isinstance(raised, HTTPException):
        response.headers.update(raised.headers or {})
    return response


def _of_database(error: DBAPIError) -> ZhibuError | None:
    """What people are told of the database's own refusal; None where it is a mistake of ours."""
    state = getattr(error.orig, "sqlstate", None)
    if state == NO_RIGHT:
        return NotFound("not_found", Words("没有找到所请求的内容。", "What was asked for was not found."))
    if state == TOO_SLOW:
        return Unavailable("too_slow", SLOW)
    if state in NO_TEXT:
        return InvalidInput(
            "text",
            Words(
                "文字中有不能保存的字符（NUL）。请删除后重试。",
                "The text has a character that cannot be kept (NUL). Remove it.",
            ),
        )
    if state == NO_LOCK or error.connection_invalidated:  # stopped, restarted, or idle past its limit
        return Unavailable("busy", BUSY)
    return None


def _of_framework(error: HTTPException) -> ZhibuError:
    if error.status_code == 404:
        return NotFound("not_found", Words("没有找到这个页面。", "There is no such page."))
    if error.status_code < 500:
        return ZhibuError(
            "bad_request", Words(f"这个请求不能处理：{error.detail}", f"This request cannot be handled: {error.detail}")
        )
    log.error("framework", exc_info=error)
    return ZhibuError(
        "internal",
        Words("系统内部出错，已记录。请稍后重试。", "Something went wrong inside; it has been noted. Try again later."),
    )


def plain_text(text: str, status: int = 200) -> Response[str]:
    """A short plain answer."""
    return Response(text, status_code=status, media_type=MediaType.TEXT)
