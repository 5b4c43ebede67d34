"""The words of the field (domain.md 1): one key each, with its Chinese and English name and one line of meaning."""

from functools import lru_cache
from importlib.resources import files

import msgspec

from zhibu_core.errors import not_found
from zhibu_core.i18n import ENGLISH, locale_of
from zhibu_core.words import Words


class Term(msgspec.Struct, frozen=True):
    """One word: names and meanings in both languages."""

    zh: str
    en: str
    zh_meaning: str
    en_meaning: str

    def name(self, locale: str) -> str:
        """The word as it is shown."""
        return self.en if locale_of(locale) == ENGLISH else self.zh

    def meaning(self, locale: str) -> str:
        """One sentence that says what the word means here."""
        return self.en_meaning if locale_of(locale) == ENGLISH else self.zh_meaning


@lru_cache(maxsize=1)
def glossary() -> dict[str, Term]:
    """All terms by key, in the order of the file."""
    text = (files("zhibu_core") / "glossary.toml").read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=dict[str, Term])


def term(key: str, locale: str) -> str:
    """The word for `key` in a language; raises `NotFound` for a key that is not in the glossary."""
    return term_entry(key).name(locale)


def term_entry(key: str) -> Term:
    """The whole entry for `key`; raises `NotFound`."""
    try:
        return glossary()[key]
    except KeyError:
        raise not_found(Words("词语", "term"), key) from None
