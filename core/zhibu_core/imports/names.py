"""Reads names of people and lists of names: blanks inside, dots of other shapes, the label that tells namesakes apart."""

import re
from typing import NamedTuple

from zhibu_core.imports.text import PLACEHOLDERS, folded

# CJK ideographs with their extensions; names such as 㛃 or those beyond the basic plane count as well.
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_DOTS = re.compile(rf"(?<=[{_HAN}])[ ]*[·•・‧∙⋅●.．｡。][ ]*(?=[{_HAN}])")
_INNER = re.compile(rf"(?<=[{_HAN}·)]) +(?=[{_HAN}·(])")
_RUNS = re.compile(r"\s+")
_LABEL = re.compile(r"(.+?)\(([^()]*)\)")
_NUMBER_END = re.compile(r"[0-9A-Za-z]+")
_BETWEEN = re.compile(r"[、,;\s]+")
_BETWEEN_KINDS = re.compile(r"[、,;/+＋\\|\s]+")


class Label(NamedTuple):
    """A name in a list, and the end of the staff or student number where namesakes are told apart: 张伟(0012)."""

    name: str
    ending: str


def read_name(raw: object) -> str:
    """One name in one cell: 张　伟 → 张伟, 阿依古丽•艾山 → 阿依古丽·艾山; blanks stay between Latin letters."""
    text = _RUNS.sub(" ", folded(raw))
    return _INNER.sub("", _DOTS.sub("·", text))


def read_names(raw: object) -> tuple[str, ...]:
    """A list of names: any of the usual marks, and any blank, stands between two names."""
    return tuple(_DOTS.sub("·", part) for part in split(raw, _BETWEEN))


def read_words(raw: object) -> tuple[str, ...]:
    """A list of words such as kinds of a meeting; `/` and `+` separate as well."""
    return split(raw, _BETWEEN_KINDS)


def split(raw: object, marks: re.Pattern[str]) -> tuple[str, ...]:
    """The parts of a cell between these marks, placeholders for "none" left out."""
    return tuple(part for part in marks.split(folded(raw)) if part not in PLACEHOLDERS)


def read_label(text: str) -> Label:
    """A name of a list in its two parts; a remark in brackets that is no number is dropped."""
    found = _LABEL.fullmatch(text)
    if not found:
        return Label(text, "")
    return Label(found[1], found[2] if _NUMBER_END.fullmatch(found[2]) else "")
