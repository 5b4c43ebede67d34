"""In which language a request is answered where no page asks its own preferences: the reader's cookie, else the header."""

from collections.abc import Iterator
from typing import Any

from litestar.connection import ASGIConnection

from zhibu_core.i18n import CHINESE, locale_of

COOKIE = "zhibu-lang"
"""The cookie in which a reader's choice of language is kept."""


def locale_of_connection(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The supported locale: what the cookie says, else the first wish of Accept-Language (RFC 9110 12.5.4), else Chinese."""
    chosen = connection.cookies.get(COOKIE)
    if chosen:
        return locale_of(chosen)
    wishes = sorted(_wishes(connection.headers.get("accept-language", "")), reverse=True)
    return next((locale_of(tag) for _, tag in wishes), CHINESE)


def _wishes(header: str) -> Iterator[tuple[float, str]]:
    """The languages that are ours with their quality; others are passed over."""
    for part in header.split(","):
        tag, _, parameter = (piece.strip().lower() for piece in part.partition(";"))
        if tag.partition("-")[0] in ("zh", "en"):
            try:
                quality = float(parameter.removeprefix("q=")) if parameter else 1.0
            except ValueError:
                continue
            if quality > 0:
                yield quality, tag
