"""Reads a rule pack: a TOML file of rules, each with dated versions, their source and their wording."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from zhibu_core.errors import InvalidInput
from zhibu_core.ledger.burden import refuse_burdens
from zhibu_core.ledger.shapes import SHAPES, Shape, Values
from zhibu_core.words import Words

DATA_SHAPE = "data"
T = TypeVar("T")


class PackVersion(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A version as the pack states it, in force from its date until the next one's; `off` ends the rule.

    `says` is the rule in our own words; `article` its place in `source`, shown as unverified unless `article_verified`.
    """

    effective_from: date
    source: Words
    says: Words
    article: str = ""
    article_verified: bool = False
    off: bool = False
    parameters: Values = {}


class _RuleText(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    code: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*\.[a-z0-9_]+$")]
    shape: str
    title: Words
    action: Words | None = None
    minutes: Annotated[int, Meta(ge=0)] = 0
    parameters: Values = {}
    version: list[Any] = []


class _PackText(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    key: str
    plugin: str
    title: Words
    rule: list[Any] = []


@dataclass(frozen=True)
class Rule:
    """A rule of a pack with all its versions in time order.

    `action` is what a to-do list says (verb first), `minutes` how long the act takes a recorder; `parameters` are what
    all versions share.
    """

    code: str
    shape: str
    title: Words
    action: Words | None
    minutes: int
    parameters: Values
    versions: tuple[PackVersion, ...]
    plugin: str
    file: str

    def read(self, values: Values) -> Shape | None:
        """Typed parameters of this rule's shape, None for shape `data`; raises `msgspec.ValidationError`."""
        return msgspec.convert(values, SHAPES[self.shape]) if self.shape in SHAPES else None


@dataclass(frozen=True)
class RulePack:
    """The rules of one file."""

    key: str
    plugin: str
    title: Words
    rules: tuple[Rule, ...]


def read_pack(file: Path | Traversable, *, plugin: str | None = None) -> RulePack:
    """The pack in a TOML file; raises `InvalidInput` naming file, rule and field of what is wrong in it.

    Where `plugin` is given the pack must say that it is that plugin's.
    """
    pack = parse_pack(file.read_text(encoding="utf-8"), file.name)
    if plugin not in (None, pack.plugin):
        raise bad_rule(file.name, "", "plugin", f"{pack.plugin!r}, but plugin {plugin!r} brought the pack")
    return pack


def parse_pack(text: str, file: str) -> RulePack:
    """A pack from TOML text; `file` is the name that errors show."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise bad_rule(file, "", "", str(error)) from error
    pack = _convert(raw, _PackText, file, "")
    rules = tuple(_rule(entry, pack, file) for entry in pack.rule)
    return RulePack(pack.key, pack.plugin, pack.title, rules)


def bad_rule(file: str, rule: str, field: str, problem: str) -> InvalidInput:
    """The error for something wrong in a pack, saying where."""
    place = ": ".join(filter(None, (file, f"rule {rule}" if rule else "", f"field {field}" if field else "")))
    return InvalidInput("rule_pack", f"{place}: {problem}", field=field or None)


def _rule(raw: Any, pack: _PackText, file: str) -> Rule:
    code = str(raw.get("code", "")) if isinstance(raw, Mapping) else ""
    text = _convert(raw, _RuleText, file, code)
    if text.shape not in SHAPES and text.shape != DATA_SHAPE:
        raise bad_rule(file, code, "shape", f"{text.shape!r} is none of {', '.join([*SHAPES, DATA_SHAPE])}")
    versions = [_convert(entry, PackVersion, file, code, "version") for entry in text.version]
    ordered = tuple(sorted(versions, key=lambda version: version.effective_from))
    rule = Rule(
        text.code, text.shape, text.title, text.action, text.minutes, text.parameters, ordered, pack.plugin, file
    )
    _check(rule, file)
    return rule


def _check(rule: Rule, file: str) -> None:
    if not rule.versions:
        raise bad_rule(file, rule.code, "version", "a rule has at least one version")
    if len({version.effective_from for version in rule.versions}) < len(rule.versions):
        raise bad_rule(file, rule.code, "version.effective_from", "two versions begin on the same day")
    shown = {"code": rule.code, "title": {"zh": rule.title.zh, "en": rule.title.en}}
    if rule.action:
        shown["action"] = {"zh": rule.action.zh, "en": rule.action.en}
    refuse_burdens(shown, where=f"{file}: {rule.code}")
    for version in rule.versions:
        values = rule.parameters | version.parameters
        refuse_burdens(values, where=f"{file}: {rule.code} {version.effective_from}")
        try:
            rule.read(values)
        except msgspec.ValidationError as error:
            raise bad_rule(file, rule.code, _field("parameters", error), _problem(error)) from error


def _convert(raw: Any, into: type[T], file: str, rule: str, prefix: str = "") -> T:
    try:
        return msgspec.convert(raw, into)
    except msgspec.ValidationError as error:
        raise bad_rule(file, rule, _field(prefix, error), _problem(error)) from error


def _field(prefix: str, error: msgspec.ValidationError) -> str:
    """The field an error of msgspec speaks of: its path, or the name it quotes."""
    message = str(error)
    _, _, path = message.rpartition(" - at `$")
    named = message.split("`")[1::2]
    last = named[0] if named and message.startswith("Object ") else ""
    return ".".join(filter(None, (prefix, path.strip("`.") if path != message else "", last)))


def _problem(error: msgspec.ValidationError) -> str:
    return str(error).split(" - at `")[0]
