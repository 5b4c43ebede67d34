"""What reading found: good rows for the writers, and what is wrong, repeated, against a rule or left out, by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zhibu_core.imports.profile import Column, Finding, Profile


@dataclass(frozen=True, slots=True)
class Row:
    """A good row: its number in the file and what it holds in the profile's canonical order.

    References hold what they lead to: the code of an organization, a `directory.Person`, a tuple of them.
    """

    profile: Profile
    number: int
    held: tuple[Any, ...]

    def __getitem__(self, key: str) -> Any:
        return self.held[self.profile.index[key]]

    @property
    def values(self) -> dict[str, Any]:
        """The values by the keys of the profile; None where nothing is written."""
        return dict(zip(self.profile.index, self.held, strict=True))


@dataclass(frozen=True, slots=True)
class Wrong:
    """A refused row: its first error, the column it stands at, and every cell as text so that it can be mended.

    `shown` is the refused value itself, unmasked; `cells` are by key. Both are for people who may see the file.
    """

    number: int
    column: Column
    heading: str
    code: str
    shown: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that says again what the row `of` says."""

    number: int
    of: int


@dataclass(frozen=True, slots=True)
class RowFinding:
    """A rule that a good row breaks."""

    number: int
    finding: Finding


@dataclass(slots=True)
class SheetResult:
    """The verdict on one sheet. `rows` counts all data rows; `hidden` those of them that the file hides.

    `subjects` belongs to the roster: the person behind each good row, whose `key` its writer sets.
    """

    file: str
    sheet: str
    profile: Profile
    header_rows: list[int]
    rows: int
    hidden: int
    skipped: int
    good: list[Row] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    findings: list[RowFinding] = field(default_factory=list)
    subjects: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ignored:
    """A sheet that holds no data: `reason` is `hidden`, `empty`, `instructions` or `no_profile`."""

    file: str
    sheet: str
    reason: str


@dataclass(slots=True)
class Reading:
    """Everything that the files of one import say, in the order given."""

    sheets: list[SheetResult] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)

    def of(self, profile: str) -> list[SheetResult]:
        """The sheets of one profile."""
        return [sheet for sheet in self.sheets if sheet.profile.key == profile]

    @property
    def refused(self) -> int:
        """How many rows are wrong."""
        return sum(len(sheet.wrong) for sheet in self.sheets)
