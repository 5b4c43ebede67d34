"""Words in the reader's language: catalogues of core, web and plugins merged per locale, and lazy strings for manifests.

Message ids are English sentences, so English needs no catalogue; `zh_CN` is the product's first language. Every package
may carry `locale/<locale>/LC_MESSAGES/*.po` (several files are welcome); a `.mo` is read where the `.po` is missing.
"""

import gettext as stdlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from babel.messages import mofile, pofile

CHINESE = "zh_CN"
ENGLISH = "en"
LOCALES = (CHINESE, ENGLISH)
CORE = "zhibu_core"


@dataclass(frozen=True)
class Lazy:
    """A text named now and translated when it is shown: `msgid` in English, `context` where a word has two meanings."""

    msgid: str
    context: str | None = None

    def __str__(self) -> str:
        return self.msgid


def _L(msgid: str, context: str | None = None) -> Lazy:  # noqa: N802 - the customary mark for lazy texts
    """Mark a text of a manifest, a door or a label for translation: `_L("Meetings")`."""
    return Lazy(msgid, context)


class Translator:
    """The texts of one locale; the methods are those of the standard library's gettext."""

    def __init__(self, locale: str, catalogue: stdlib.NullTranslations) -> None:
        self.locale = locale
        self.gettext = catalogue.gettext
        self.ngettext = catalogue.ngettext
        self.pgettext = catalogue.pgettext
        self.npgettext = catalogue.npgettext

    @property
    def tag(self) -> str:
        """The language tag for `lang`: `zh-CN` or `en`."""
        return self.locale.replace("_", "-")

    def text(self, value: "Lazy | str") -> str:
        """A lazy text in this language; a plain string stays as it is."""
        if isinstance(value, str):
            return value
        return self.pgettext(value.context, value.msgid) if value.context else self.gettext(value.msgid)


def locale_of(text: str | None) -> str:
    """The supported locale nearest to a cookie or a language tag (`en-GB`, `zh`, `zh_CN`); Chinese when in doubt."""
    return ENGLISH if text and text.lower().replace("_", "-").split("-")[0] == "en" else CHINESE


def translator(locale: str, packages: Iterable[str] = ()) -> Translator:
    """The translator over core and `packages` (import names such as `zhibu_web`); the result is kept.

    Earlier packages win, so that no plugin changes the words of the platform: whose words mean something else gives
    them a context (`pgettext`).
    """
    return _translator(locale_of(locale), (CORE, *dict.fromkeys(packages)))


@lru_cache(maxsize=64)
def _translator(locale: str, packages: tuple[str, ...]) -> Translator:
    merged = stdlib.NullTranslations()
    for package in reversed(packages):
        for catalogue in _catalogues(package, locale):
            # The newest is asked first and falls back to what came before it.
            catalogue.add_fallback(merged)
            merged = catalogue
    return Translator(locale, merged)


def _catalogues(package: str, locale: str) -> Iterator[stdlib.GNUTranslations]:
    folder = files(package) / "locale" / locale / "LC_MESSAGES"
    if not folder.is_dir():
        return
    found = {item.name: item for item in folder.iterdir()}
    for name in sorted(found):
        if name.endswith(".po"):
            yield stdlib.GNUTranslations(_compiled(found[name], locale))
        elif name.endswith(".mo") and f"{name[:-3]}.po" not in found:
            yield stdlib.GNUTranslations(io.BytesIO(found[name].read_bytes()))


def _compiled(source: Traversable, locale: str) -> io.BytesIO:
    """The catalogue of a `.po` as a machine file in memory, so that no build step is needed."""
    catalogue = pofile.read_po(io.BytesIO(source.read_bytes()), locale=locale)
    buffer = io.BytesIO()
    mofile.write_mo(buffer, catalogue)
    buffer.seek(0)
    return buffer
