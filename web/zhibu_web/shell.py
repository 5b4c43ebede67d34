"""What every page is wrapped in: tenant, identity, doors, and the reader's own choice of letters, light and language."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, cast, get_args
from urllib.parse import urlencode

from zhibu_core.http.language import COOKIE as LANGUAGE_COOKIE
from zhibu_core.i18n import _L, CHINESE, ENGLISH, Lazy, locale_of
from zhibu_web.components import Link, Text
from zhibu_web.slots import DoorEntry

Size = Literal["standard", "large", "larger", "largest"]
Theme = Literal["system", "light", "dark"]
Accent = Literal["red", "indigo", "pine", "plum", "bronze", "slate"]
COOKIES = {"size": "zhibu-size", "theme": "zhibu-theme", "lang": LANGUAGE_COOKIE, "role": "zhibu-role"}
SIZE_NAMES: dict[Size, Lazy] = {
    "standard": _L("Standard", "letter size"),
    "large": _L("Large", "letter size"),
    "larger": _L("Larger", "letter size"),
    "largest": _L("Largest", "letter size"),
}
BAR_PLACES = 5


@dataclass(frozen=True)
class Preferences:
    """The reader's choices, kept in cookies for a year; all but `role` (当前身份) hold before sign-in too."""

    locale: str = CHINESE
    size: Size = "standard"
    theme: Theme = "system"
    role: str = ""

    @property
    def classes(self) -> str:
        """The classes of `html`: larger letters include all smaller steps, light and dark override the system."""
        steps: tuple[Size, ...] = ("large", "larger", "largest")
        chosen = steps[: steps.index(self.size) + 1] if self.size in steps else ()
        return " ".join((*chosen, *((self.theme,) if self.theme != "system" else ())))


def read_preferences(cookies: Mapping[str, str]) -> Preferences:
    """The preferences in a request's cookies; anything unknown counts as not chosen."""
    size, theme = cookies.get(COOKIES["size"], ""), cookies.get(COOKIES["theme"], "")
    return Preferences(
        locale=locale_of(cookies.get(COOKIES["lang"])),
        size=cast(Size, size) if size in get_args(Size) else "standard",
        theme=cast(Theme, theme) if theme in get_args(Theme) else "system",
        role=cookies.get(COOKIES["role"], ""),
    )


@dataclass(frozen=True)
class Shell:
    """The frame of one page. Addresses are whole (`prefix` included); `door` is the key of the current door.

    `place` is the identity line (unit, ideographic space, role), `role` its end; `token` goes into every form as `_csrf_token`.
    """

    tenant: str
    prefix: str = ""
    path: str = "/"
    preferences: Preferences = field(default_factory=Preferences)
    doors: tuple[DoorEntry, ...] = ()
    door: str = ""
    role: Text | None = None
    place: Text | None = None
    place_href: str | None = None
    person: str | None = None
    person_href: str | None = None
    help_href: str = ""
    more_href: str = ""
    footer: tuple[Link, ...] = ()
    filing: str | None = None
    version: str = ""
    accent: Accent = "red"
    sample: bool = False
    logo: str | None = None
    token: str = ""

    @property
    def home(self) -> str:
        """The tenant's start page."""
        return f"{self.prefix}/"

    @property
    def classes(self) -> str:
        """The classes of `html`."""
        accent = () if self.accent == "red" else (f"accent-{self.accent}",)
        return " ".join(filter(None, (*accent, self.preferences.classes)))

    @property
    def other_locale(self) -> str:
        """The language one may switch to."""
        return CHINESE if self.preferences.locale == ENGLISH else ENGLISH

    def choose(self, **choice: str) -> str:
        """The address that sets `size`, `theme`, `lang` or `role` and comes back: to this page, for a role to home."""
        back = self.home if "role" in choice else self.path
        return f"{self.prefix}/preferences?{urlencode({**choice, 'back': back})}"

    @property
    def bar(self) -> tuple[DoorEntry, ...]:
        """The doors of the phone's bar: five at most, otherwise four; the rest is behind `more_href`."""
        return self.doors if len(self.doors) <= BAR_PLACES else self.doors[: BAR_PLACES - 1]

    @property
    def has_more(self) -> bool:
        """Whether the bar needs the entry 更多."""
        return len(self.doors) > BAR_PLACES

    @property
    def in_more(self) -> bool:
        """Whether the current door is one that only 更多 leads to."""
        return self.has_more and self.door in {door.key for door in self.doors[BAR_PLACES - 1 :]}

    def on(self, path: str, door: str = "") -> "Shell":
        """The same frame for another page."""
        return replace(self, path=path, door=door)
