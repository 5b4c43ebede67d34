"""Import profiles: what a kind of sheet is called, its columns in canonical order, and how each value is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

import msgspec

from zhibu_core.imports.contract import Importer
from zhibu_core.words import Words

Kind = Literal[
    "text",
    "code",
    "name",
    "names",
    "organization",
    "citizen_id",
    "phone",
    "choice",
    "choices",
    "bool",
    "date",
    "coarse",
    "datetime",
    "month",
    "int",
    "number",
    "money",
]
Sensitive = Literal["", "citizen_id", "phone", "text"]


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One allowed value: the key that is stored, the word people know it by, and other words for it."""

    key: str
    label: str
    synonyms: tuple[str, ...] = ()


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One column.

    `heading` is the canonical heading and `synonyms` the words besides the usual variations (see `headings`).
    `code` is the error of a word outside `choices`, or of a reference that leads nowhere.
    `refers`: `organization`, `person` (the column holds a number; `name` and `branch` name the columns that help),
    `people` (a list of names within the column `branch`), `parent`, or `<profile>.<column>` for codes of another sheet.
    `unique` is the error where an earlier good row of the sheet holds the same value.
    `day_of`: a bare time of day belongs to the day of that column. `future`: the day may be later than today.
    `minimum` and `maximum` belong to numbers.
    """

    key: str
    heading: str
    kind: Kind
    synonyms: tuple[str, ...] = ()
    required: bool = False
    sensitive: Sensitive = ""
    choices: tuple[Choice, ...] = ()
    optional_ending: str = ""
    code: str = ""
    refers: str = ""
    name: str = ""
    branch: str = ""
    unique: str = ""
    future: bool = False
    day_of: str = ""
    minimum: float | None = None
    maximum: float | None = None

    @cached_property
    def labels(self) -> dict[str, str]:
        """The word that people know each stored key by."""
        return {choice.key: choice.label for choice in self.choices}


class Comparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A check of one column against others; `code` is the error and names the check (see `compare`)."""

    code: str
    column: str
    others: tuple[str, ...]


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """A kind of sheet; `title` is its Chinese name, `english` the other one."""

    key: str
    title: str
    english: str
    columns: tuple[Column, ...]
    comparisons: tuple[Comparison, ...] = ()

    @cached_property
    def index(self) -> dict[str, int]:
        """Where each column stands in the canonical order, by its key."""
        return {column.key: place for place, column in enumerate(self.columns)}

    def column(self, key: str) -> Column:
        """The column of this key."""
        return self.columns[self.index[key]]

    def __post_init__(self) -> None:
        for comparison in self.comparisons:
            unknown = {comparison.column, *comparison.others} - self.index.keys()
            if unknown:
                raise ValueError(
                    f"profile {self.key}: comparison {comparison.code} names unknown columns {sorted(unknown)}"
                )


@dataclass(frozen=True, slots=True)
class Finding:
    """A valid row that breaks a party rule: the code, the article it rests on, and a sentence that says what to do."""

    code: str
    article: Words
    message: Words


Findings = Callable[[Mapping[str, Any], date], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class SheetKind:
    """A profile with the rules that a good row is held against."""

    profile: Profile
    findings: Findings | None = None


def load_profile(source: Path | Traversable) -> Profile:
    """A profile from its TOML file; raises `msgspec.ValidationError` or `ValueError` where it does not say what it must."""
    return msgspec.toml.decode(source.read_bytes(), type=Profile)


def sheet_kinds(importers: Sequence[Importer]) -> list[SheetKind]:
    """What the importers of core and of the enabled plugins read, in their order of writing."""
    return [
        SheetKind(load_profile(importer.profile), importer.findings)
        for importer in sorted(importers, key=lambda importer: importer.order)
    ]
