"""Names of people: how they sort on screens and how they are masked (interface.md 5)."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=65536)
def _syllable(character: str) -> str:
    return lazy_pinyin(character, style=Style.TONE3, neutral_tone_with_five=True)[0]


def sort_name(name: str) -> str:
    """The name's order on screens: pinyin with tones, then the characters themselves."""
    return " ".join(_syllable(character) for character in name) + " " + name
