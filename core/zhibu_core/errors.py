"""The one tree of errors that the domain raises; it knows nothing of HTTP, GraphQL or pages."""

from typing import ClassVar

from zhibu_core.words import Words


class ZhibuError(Exception):
    """Something a person can be told: `code` names it, `message` says what happened and what to do, `field` where.

    The message is `Words`, and whoever answers picks the reader's language: pages by their cookie, other HTTP answers
    and GraphQL by `zhibu_core.http.language`; commands and logs are Chinese. A plain string is for those who run the
    platform and stands as it is.
    """

    category: ClassVar[str] = "INTERNAL"

    def __init__(self, code: str, message: Words | str, *, field: str | None = None) -> None:
        self.code = code
        self.message = Words(message, message) if isinstance(message, str) else message
        super().__init__(self.message.zh)
        self.field = field


class InvalidInput(ZhibuError):
    """What was given cannot be taken as it is."""

    category = "BAD_USER_INPUT"


class Unauthenticated(ZhibuError):
    """Nobody has signed in, or the sign-in is over."""

    category = "UNAUTHENTICATED"


class Forbidden(ZhibuError):
    """Signed in, but without the action that this needs."""

    category = "FORBIDDEN"


class NotFound(ZhibuError):
    """There is no such thing here; said alike for foreign, unknown and unreadable ones."""

    category = "NOT_FOUND"


class Gone(ZhibuError):
    """There was such a thing here, for a while."""

    category = "GONE"


class LimitExceeded(ZhibuError):
    """More was asked for at once than one request may cost."""

    category = "LIMIT"


class Conflict(InvalidInput):
    """Somebody else changed it meanwhile."""


class Unavailable(ZhibuError):
    """A part that is needed does not answer or is not installed as it must be."""


def not_found(what: Words, name: str) -> NotFound:
    """The plain answer for a `what` (a noun) that is not there, by the `name` it was asked for."""
    zh, en = f"没有找到{what.zh}“{name}”。请核对后重试。", f"There is no {what.en} “{name}”. Check it and try again."
    return NotFound("not_found", Words(zh, en))
