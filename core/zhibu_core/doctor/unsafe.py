"""What may be unsafe in production, as data: the words of each finding stand in unsafe.toml."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from zhibu_core.words import Words

WORDS = Path(__file__).with_name("unsafe.toml")


class Advice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one code; `what` may name what was seen in {braces}."""

    what: Words
    why: Words
    mend: Words


@dataclass(frozen=True)
class Unsafe:
    """One setting that is unsafe: its code, what was seen, why that is unsafe, and how to mend it."""

    code: str
    what: Words
    why: Words
    mend: Words

    def as_data(self) -> dict[str, object]:
        """The finding for a program: every text in both languages."""
        texts = {"what": self.what, "why": self.why, "mend": self.mend}
        return {"code": self.code, **{name: {"zh": words.zh, "en": words.en} for name, words in texts.items()}}


@cache
def advice() -> dict[str, Advice]:
    """All advice by code."""
    return msgspec.toml.decode(WORDS.read_bytes(), type=dict[str, Advice])


def unsafe(code: str, **seen: str | int) -> Unsafe:
    """The finding of this code, with what was seen put into its words."""
    found = advice()[code]
    what = Words(found.what.zh.format(**seen), found.what.en.format(**seen))
    return Unsafe(code, what, found.why, found.mend)
