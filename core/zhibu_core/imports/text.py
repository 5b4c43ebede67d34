"""Letters as typists leave them: full width, odd blanks, unseen characters, brought to one form."""

import re
from typing import Final

BLANKS: Final = "\t\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_TIDY: dict[int, str | None] = dict.fromkeys(map(ord, BLANKS), " ") | dict.fromkeys(map(ord, _UNSEEN))
_FOLD: dict[int, str | None] = (
    {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    | _TIDY
    | dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-")
    | dict.fromkeys(map(ord, "【〔［"), "(")
    | dict.fromkeys(map(ord, "】〕］"), ")")
)
_EDGES = re.compile(r"[ \r\n]*\n[ \r\n]*|\r")
PLACEHOLDERS: Final = frozenset({"", "-", "--", "---", "/", "\\", "无"})
"""What people put into a cell that has nothing to say."""
_LONGEST_PLACEHOLDER = 6  # with blanks around


def written(raw: object) -> str:
    """A raw cell as text, the way Excel shows it: whole numbers without a fraction, `TRUE` for true."""
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    return str(raw)


def tidy(raw: object) -> str:
    """Free text for keeping: odd blanks become plain ones, the edges are cut, punctuation stays."""
    text = written(raw).translate(_TIDY).strip()
    return _EDGES.sub("\n", text) if "\n" in text or "\r" in text else text


def folded(raw: object) -> str:
    """Text for reading values: full width to ASCII, every dash to `-`, the edges cut."""
    return written(raw).translate(_FOLD).strip()


def squeezed(raw: object) -> str:
    """The same without any blank or line break inside: for codes, headings and names of organizations."""
    return "".join(folded(raw).split())


def says_nothing(raw: object) -> bool:
    """Whether a cell holds only a sign for "none", such as a dash."""
    return isinstance(raw, str) and len(raw) <= _LONGEST_PLACEHOLDER and folded(raw) in PLACEHOLDERS
