"""What an export can be of: one typed declaration each, core's own and those of plugins by the hook `exports`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sqlalchemy import TextClause

from zhibu_core.errors import not_found
from zhibu_core.words import Words

if TYPE_CHECKING:
    from zhibu_core.platform import Platform  # which finds plugins by the hooks that name these classes

DataClass = Literal["personal", "sensitive"]
Filter = Literal["member_class", "status", "since", "until"]


@dataclass(frozen=True)
class ExportColumn:
    """A column of the file. `sensitive` ones are left out unless chosen, and need `member.unmask`; `text` ones carry marks,
    so numbers and dates are none; `words` says keys in Chinese. `sealed_as` names the sealed value that it shows.
    """

    key: str
    title: Words
    data_class: DataClass = "personal"
    text: bool = False
    words: Mapping[str, Words] = field(default_factory=dict)
    sealed_as: str | None = None

    @property
    def is_sensitive(self) -> bool:
        """Whether it needs the action and a second person."""
        return self.data_class == "sensitive"


@dataclass(frozen=True)
class ExportKind:
    """A kind of export. `statement` gives `person_id` and a column for each key, in the order of the file, from the parameters
    `t` (tenant), `lows` and `highs` (bounds of the subtrees) and those of `filters`, empty where not given; where a column
    is `sealed_as` something it gives `sealed` too. `action` is what one must hold where the rows are.
    """

    key: str
    title: Words
    about: Words
    columns: tuple[ExportColumn, ...]
    statement: TextClause
    action: str
    filters: tuple[Filter, ...] = ()
    plugin: str = "core"

    @property
    def usual(self) -> tuple[str, ...]:
        """The columns that are chosen unless one says otherwise."""
        return tuple(column.key for column in self.columns if not column.is_sensitive)

    def chosen(self, keys: tuple[str, ...] | list[str]) -> tuple[ExportColumn, ...]:
        """These columns, in the declaration's order."""
        return tuple(column for column in self.columns if column.key in keys)


def kinds_for(platform: "Platform", plugins: frozenset[str]) -> dict[str, ExportKind]:
    """The kinds there are where these plugins are on, core's first."""
    from zhibu_core.exports.roll import MEMBER_ROLL  # which declares itself by the classes above

    found = [MEMBER_ROLL, *(kind for _, kind in platform.host.collect("exports", plugins))]
    return {kind.key: kind for kind in found}


def kind_of(platform: "Platform", plugins: frozenset[str], key: str) -> ExportKind:
    """The kind of this key; raises `NotFound` for one that is unknown or whose plugin is off."""
    found = kinds_for(platform, plugins).get(key)
    if found is None:
        raise not_found(Words("导出种类", "kind of export"), key)
    return found
