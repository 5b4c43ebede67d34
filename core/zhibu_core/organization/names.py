"""Names of people: how they sort on screens and how they are masked (interface.md 5)."""

from functools import lru_cache


@lru_cache(maxsize=65536)
def _syllable(character: str) -> str:
    from pypinyin import Style, lazy_pinyin  # half a second and 30 MiB that most processes never need

    return lazy_pinyin(character, style=Style.TONE3, neutral_tone_with_five=True)[0]


def sort_name(name: str) -> str:
    """The name's order on screens: pinyin with tones, then the characters themselves."""
    return " ".join(_syllable(character) for character in name) + " " + name
