"""What a source is: a sign-in of somebody else's that the bridge speaks for, found by entry point."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from zhibu_core.errors import InvalidInput, Unauthenticated
from zhibu_core.words import Words

GROUP = "zhibu.bridge"
LONGEST_SUBJECT = 255


@dataclass(frozen=True)
class Visit:
    """One sign-in at the provider: `callback` is where it sends the browser back to, `state` what it must bring along."""

    callback: str
    state: str
    agent: str = ""


@dataclass(frozen=True)
class Found:
    """Whom the provider vouches for: `subject` is its own stable id, never a name, mail or phone.

    `session` is the provider's name for the session where it can end one later.
    """

    subject: str
    session: str | None = None


class LoginSource(Protocol):
    """A provider of one tenant; made with its settings by what stands under the entry point."""

    def address(self, visit: Visit) -> str:
        """Where to send the browser."""
        ...

    async def find(self, visit: Visit, query: Mapping[str, str]) -> Found:
        """Who came back with this query; raises `Unauthenticated` for a no, `Unavailable` where the provider is silent."""
        ...

    def ended(self, form: Mapping[str, str]) -> str | None:
        """The session that the provider says has ended, if this is such a notice."""
        ...


MakeSource = Callable[[Mapping[str, Any], Path, bool], LoginSource]
"""Settings as in the file, the folder that its names are relative to, and whether plain http on loopback will do."""


def make_source(kind: str, settings: Mapping[str, Any], folder: Path, *, demo: bool) -> LoginSource:
    """The source of this kind; raises `InvalidInput` for an unknown kind or settings that it does not take."""
    points = {point.name: point for point in entry_points(group=GROUP)}
    if kind not in points:
        raise InvalidInput(
            "source_kind",
            Words(f"没有登录来源“{kind}”。可用：{'、'.join(sorted(points))}。",
                  f"There is no source “{kind}”. There are: {', '.join(sorted(points))}."),
            field="kind",
        )  # fmt: skip
    make: MakeSource = points[kind].load()
    return make(settings, folder, demo)


def refused(why: str) -> Unauthenticated:
    """The provider's no; `why` is for the log, never shown with what the provider said of a person."""
    return Unauthenticated(
        "source_refused",
        Words(
            f"登录来源没有确认您的身份（{why}）。请重新登录。", f"The sign-in was not confirmed ({why}). Sign in again."
        ),
    )


def subject_of(given: object) -> str:
    """A subject that a token can carry (OpenID Connect Core 2: at most 255 characters); raises `Unauthenticated`."""
    if not isinstance(given, str) or not given.strip() or len(given) > LONGEST_SUBJECT or not given.isprintable():
        raise refused("no stable id")
    return given
