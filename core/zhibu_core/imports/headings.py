"""Compares headings as people vary them: blanks, stars, 党员 or not, 日期 or 时间, 号码 or 编号, 缴 or 交."""

import re
from difflib import SequenceMatcher
from functools import lru_cache

from zhibu_core.imports.profile import Column, Profile
from zhibu_core.imports.text import squeezed

CLOSE = 0.8
"""How alike two headings are before their columns are compared (0 to 1)."""

_STARS = re.compile(r"[*★☆※✱✲•●▲]|\(必填\)|必填项?[:]?$")
_BRACKETS = re.compile(r"\([^()]*\)")
_SAME = (
    (re.compile(r"时间"), "日期"),
    (re.compile(r"号码|编号|编码|代码"), "号"),
    (re.compile(r"名单|名册"), "人员"),
    (re.compile(r"缴"), "交"),
)
_OPTIONAL = re.compile(r"党员|公民|所在|党")
_PUNCTUATION = re.compile(r"[():。,_-]")


def shown(text: object) -> str:
    """A heading without blanks and line breaks, as reports name it."""
    return "".join(str(text).split())


@lru_cache(maxsize=4096)
def forms(heading: str) -> tuple[str, ...]:
    """What a heading may be known by: with what stands in brackets, and without."""
    text = _STARS.sub("", squeezed(heading)).rstrip(":")
    return tuple(dict.fromkeys((_core(text), _core(_BRACKETS.sub("", text)))))


def _core(text: str) -> str:
    for pattern, same in _SAME:
        text = pattern.sub(same, text)
    text = _PUNCTUATION.sub("", text)
    return _OPTIONAL.sub("", text) or text


class Headings:
    """The headings of a profile, ready to be asked."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.known: dict[str, Column] = {}
        for column in profile.columns:
            for form in forms(column.heading):
                self.known.setdefault(form, column)
        for column in profile.columns:
            for synonym in column.synonyms:
                for form in forms(synonym):
                    self.known.setdefault(form, column)

    def find(self, heading: str) -> Column | None:
        """The column that a heading names, or None."""
        for form in forms(heading):
            if form and form in self.known:
                return self.known[form]
        return None

    def resembles(self, heading: str, column: Column) -> bool:
        """Whether a heading shares its words with a column's: worth a look at what stands below."""
        said = forms(heading)[0]
        names = {form for form in forms(column.heading) if len(form) > 1}
        names |= {form for synonym in column.synonyms for form in forms(synonym) if len(form) > 2}
        return any(
            name in said or (len(said) > 2 and said in name) or SequenceMatcher(None, said, name).ratio() >= CLOSE
            for name in names
        )
