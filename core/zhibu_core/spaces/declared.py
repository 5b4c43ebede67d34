"""What can be published to another tenant: one typed declaration for each kind of object, by the hook `shareable`."""

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput
from zhibu_core.spaces.cases.protocol import Protocol
from zhibu_core.spaces.terms import Share
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

if TYPE_CHECKING:
    from zhibu_core.platform import Platform  # which finds plugins by the hooks that name these classes

FieldType = Literal["text", "texts", "number", "yes_no", "date", "instant", "files"]
DataClass = Literal["none", "personal"]
MOST_LETTERS = 4_000
MOST_TEXTS = 200
LARGEST_NUMBER = 2**31 - 1
"""As GraphQL's Int: no count or sum of an honest side is larger, and every column holds it."""

YEARS = range(1900, 2200)
"""Days and instants lie in these: whoever shows them on a clock or adds a day to them gets a day."""


@dataclass(frozen=True)
class ShareField:
    """A field that may cross. A `personal` one crosses only on a basis that the agreement names; sensitive ones never do.

    `text` is at most 4,000 characters, `texts` at most 200 of these, `number` an integer of 32 bits, `instant` is UTC. A
    field of `files` has no value: what a projection names as files crosses with it, as copies of the receiver's own.
    `words` are the names of values that are keys; `is_mark` one that programs need and people do not, such as a digest:
    pages show the names, and no marks.
    """

    key: str
    title: Words
    type: FieldType = "text"
    data_class: DataClass = "none"
    words: Mapping[str, Words] = field(default_factory=dict, compare=False)
    is_mark: bool = False

    @property
    def is_personal(self) -> bool:
        """Whether an agreement must name its basis and its expiry."""
        return self.data_class == "personal"


@dataclass(frozen=True)
class Projection:
    """An object of the tenant's own as it may cross: where it belongs, and the values of the fields that were asked for.

    `files` are ids of `storage` files. `lasting_id`, if another than its own, is the id that its later versions have in common:
    of these only the newest is held over there.
    """

    organization_id: uuid.UUID
    values: Mapping[str, Any]
    files: Sequence[uuid.UUID] = ()
    lasting_id: uuid.UUID | None = None


Projector = Callable[
    [AsyncSession, Scope, Sequence[uuid.UUID], frozenset[str]], Awaitable[Mapping[uuid.UUID, Projection]]
]
"""`(session, scope, ids, fields)` in a transaction of the owner: the projections of those of its objects that there are and may
cross, for any number in a fixed number of statements."""


@dataclass(frozen=True)
class Candidate:
    """An object of the tenant's own that a person can choose to publish: what it is called, whose it is by name, its day.

    `id` is the one that all its versions have in common, if it has any (`Projection.lasting_id`).
    """

    id: uuid.UUID
    title: str
    place: str
    day: dt.date


After = tuple[dt.date, uuid.UUID]
Finder = Callable[[AsyncSession, Scope, Sequence[str], After | None, int], Awaitable[Sequence[Candidate]]]
"""`(session, scope, paths, after, limit)`: at most so many of those that may cross and belong in these subtrees, the newest by
day and id first, from behind `after`; in a fixed number of statements."""


@dataclass(frozen=True)
class Shareable:
    """A kind of object that can be published, such as "orglife.meeting". `action` is what one must hold where the object belongs,
    besides `space.publish`. At most one field is of files. With `case` the objects are cases, their fields begin with `CASE_FIELDS`.
    `reason` is why it usually crosses: where a proposal begins with this kind it stands there to be confirmed or changed.
    With `candidates` a person chooses from a page what to publish; without, the plugin publishes by itself.
    """

    kind: str
    title: Words
    fields: tuple[ShareField, ...]
    action: str
    project: Projector
    case: Protocol | None = None
    reason: Words | None = None
    candidates: Finder | None = None
    by_key: Mapping[str, ShareField] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {one.key: one for one in self.fields})

    @property
    def file_field(self) -> ShareField | None:
        """The field of its files."""
        return next((one for one in self.fields if one.type == "files"), None)


def shareables_for(platform: "Platform", plugins: frozenset[str] | None) -> dict[str, Shareable]:
    """The kinds that can be published where these plugins are on; None: all that the installation knows."""
    return {one.kind: one for _, one in platform.host.collect("shareable", plugins)}


def plugin_of(kind: str) -> str:
    """Whose kind it is."""
    return kind.partition(".")[0]


def plain(field: ShareField, value: Any) -> Any:
    """The value as JSON; raises `ValueError` where it is not of the field's type. None stands for nothing."""
    if value is None:
        return None
    if field.type == "text" and isinstance(value, str) and len(value) <= MOST_LETTERS:
        return value
    if field.type == "texts" and _is_texts(value):
        return list(value)
    if field.type == "number" and isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > LARGEST_NUMBER:
            raise ValueError(f"{field.key}: {value} is too large")
        return value
    if field.type == "yes_no" and isinstance(value, bool):
        return value
    if field.type == "date" and isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if field.type == "instant" and isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC).isoformat()
    raise ValueError(f"{field.key}: {type(value).__name__} is no {field.type}")


def typed(field: ShareField, value: Any) -> Any:
    """The value that `plain` wrote, as its type; raises `ValueError` where it cannot be one, or is written otherwise."""
    if value is None:
        return None
    found = value
    if field.type in ("date", "instant"):
        if not isinstance(value, str):
            raise ValueError(field.key)
        found = dt.date.fromisoformat(value) if field.type == "date" else dt.datetime.fromisoformat(value)
        if found.year not in YEARS:
            raise ValueError(f"{field.key}: {value} is on no calendar of ours")
    if plain(field, found) != value:
        raise ValueError(f"{field.key}: {value} is not as it is written")
    return found


def is_as_declared(share: Share, kinds: Mapping[str, Shareable], before: Share | None) -> bool:
    """Whether words on paper call a kind and its fields what they are, or what both sides have called them `before`, as far as
    they are declared in this installation: who signs reads the names.
    """
    declared = kinds.get(share.kind)
    if declared is None:
        return True
    titles = {declared.title, *([before.title] if before else ())}
    known = {(one.key, one.title, one.is_personal, one.type == "files") for one in declared.fields}
    known |= {(one.key, one.title, one.personal, one.files) for one in (before.fields if before else ())}
    return share.title in titles and all((one.key, one.title, one.personal, one.files) in known for one in share.fields)


def unknown_kind(kind: str) -> InvalidInput:
    """The refusal of a kind that nothing switched on here can publish."""
    return InvalidInput(
        "space_kind",
        Words(f"“{kind}”不是本单位可以共享的内容。", f"“{kind}” is nothing that can be shared here."),
        field="shares",
    )


def _is_texts(value: Any) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) <= MOST_TEXTS
        and all(isinstance(one, str) and len(one) <= MOST_LETTERS for one in value)
    )
