"""The burden guard: refuses in rules, layers and index inputs what the measure on mobile apps bans (domain.md 9.1)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, NoReturn

import msgspec
from msgspec import Struct

from zhibu_core.errors import InvalidInput
from zhibu_core.words import Words

INPUTS = "inputs"
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Ban(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One thing that is banned: the words it goes by, and switches that must stay on."""

    key: str
    title: Words
    words: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    keep_on: tuple[str, ...] = ()
    everywhere: bool = True


class Bans(Struct, frozen=True, forbid_unknown_fields=True):
    """The table of bans and the text they rest on."""

    source: Words
    ban: tuple[Ban, ...]


@dataclass(frozen=True)
class Burden:
    """A banned thing found in a configuration: where, and by which word."""

    ban: Ban
    path: str
    word: str


@lru_cache(maxsize=1)
def bans() -> Bans:
    """The table, read once from `bans.toml`."""
    text = files("zhibu_core.ledger").joinpath("bans.toml").read_text(encoding="utf-8")
    return msgspec.toml.decode(text, type=Bans)


def find_burdens(config: Mapping[str, Any], *, mobile_public_institution: bool = True) -> list[Burden]:
    """Every banned thing in a configuration; a name whose value is off, nothing or zero asks for nothing."""
    held = [ban for ban in bans().ban if ban.everywhere or mobile_public_institution]
    return [burden for path, name, value in _leaves("", config) for burden in _judge(held, path, name, value)]


def refuse_burdens(config: Mapping[str, Any], *, where: str, mobile_public_institution: bool = True) -> None:
    """Raises `InvalidInput` (code burden) naming the first banned thing, where it stands and the text that bans it."""
    for burden in find_burdens(config, mobile_public_institution=mobile_public_institution):
        _refuse(burden, where)


def _refuse(burden: Burden, where: str) -> NoReturn:
    raise InvalidInput(
        "burden",
        Words(
            f"{where}：“{burden.path}”属于{burden.ban.title.zh}（“{burden.word}”），{bans().source.zh}不允许。请删去这一项。",
            f"{where}: “{burden.path}” is {burden.ban.title.en} (“{burden.word}”), which {bans().source.en} forbids. Delete it.",
        ),
        field=burden.path,
    )


def _leaves(path: str, value: Any, name: str = "") -> Iterator[tuple[str, str, Any]]:
    """Each plain value with its path and the name it stands under."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(f"{path}.{key}".strip("."), inner, str(key))
    elif isinstance(value, list | tuple | set | frozenset):
        for inner in value:
            yield from _leaves(path, inner, name)
    else:
        yield path, name, value


def _judge(held: list[Ban], path: str, name: str, value: Any) -> Iterator[Burden]:
    for ban in held:
        if name in ban.keep_on and value is False:
            yield Burden(ban, path, name)
        texts = ([path] if value else []) + ([value] if isinstance(value, str) else [])
        words = ban.words + (ban.inputs if INPUTS in path.split(".") else ())
        if word := next((word for word in words for text in texts if _says(text, word)), None):
            yield Burden(ban, path, word)


def _says(text: str, word: str) -> bool:
    """Whether a text holds a word: Chinese anywhere, English as whole words, however they are joined."""
    if _CHINESE.search(word):
        return word in text
    tokens = _tokens(text)
    return f" {word} " in f" {tokens} " or word.replace(" ", "") in tokens.split()


@lru_cache(maxsize=4096)
def _tokens(text: str) -> str:
    return " ".join(_TOKEN.findall(text)).lower()
