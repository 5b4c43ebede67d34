"""What envelopes carry: words on the agreement itself (kinds core.…), and the payload of a published record."""

import datetime as dt
import uuid
from hashlib import sha256
from typing import Annotated, Any

import msgspec

from zhibu_core.spaces.terms import LONGEST_PURPOSE, MOST_FIELDS, Terms

CORE = "core."
"""How the kinds of core's own messages begin; no plugin has this key."""

FIRST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]
Line = Annotated[str, msgspec.Meta(max_length=2_000)]
"""Names, posts, notes: longer ones are nobody's."""


class VersionMessage(msgspec.Struct, frozen=True):
    """A version of the words, whole: who does not know the space learns of it by this."""

    version_id: uuid.UUID
    number: int
    based_on: uuid.UUID | None
    terms: Terms
    digest: str
    made_by: Line
    made_at: Instant
    note: Line
    opened_by: uuid.UUID


class SignatureMessage(msgspec.Struct, frozen=True):
    """That somebody signed the version for the sender."""

    version_id: uuid.UUID
    digest: str
    signer: Line
    post: Line
    second_factor: bool
    signed_at: Instant


class ClosedMessage(msgspec.Struct, frozen=True):
    """That the sender has closed the agreement; `state` is revoked or ended. Whatever else it says, it is heeded."""

    state: str
    reason: str
    by: str
    at: dt.datetime


class ErasedMessage(msgspec.Struct, frozen=True):
    """That the sender's copies are gone: those of these envelopes, or (None) all of the space, `count` of them."""

    count: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    at: Instant
    envelopes: list[uuid.UUID] | None = None


class WithdrawnMessage(msgspec.Struct, frozen=True):
    """That the owner wants the copies of these records back."""

    subjects: list[uuid.UUID]


class Reading(msgspec.Struct, frozen=True):
    """That somebody at the sender's read the copy of an envelope."""

    envelope_id: uuid.UUID
    reader: Line
    reader_key: uuid.UUID
    place: Line
    read_on: dt.date
    read_at: Instant


class ReadsMessage(msgspec.Struct, frozen=True):
    """A batch of readings, at most as many as `upkeep` sends."""

    reads: Annotated[list[Reading], msgspec.Meta(max_length=1_000)]


Message = VersionMessage | SignatureMessage | ClosedMessage | ErasedMessage | WithdrawnMessage | ReadsMessage
KINDS: dict[str, type[Message]] = {
    "core.version": VersionMessage,
    "core.signature": SignatureMessage,
    "core.closed": ClosedMessage,
    "core.erased": ErasedMessage,
    "core.withdrawn": WithdrawnMessage,
    "core.reads": ReadsMessage,
}
NAMES = {kind: name for name, kind in KINDS.items()}
URGENT = frozenset({"core.closed", "core.withdrawn"})
"""What goes before everything that waits: it takes something away."""


class SentFile(msgspec.Struct, frozen=True):
    """A file that crosses with a record, by its content."""

    name: Line
    size: Annotated[int, msgspec.Meta(gt=0)]
    sha256: str
    content_type: str


class Payload(msgspec.Struct, frozen=True):
    """A published record: its values as JSON, the number of the version it crosses under, the basis of each personal field, its files."""

    record: dict[str, Any]
    under: int
    basis: dict[str, str] = {}
    files: list[SentFile] = []


class Letter(msgspec.Struct, frozen=True):
    """An envelope on its way: what the courier takes from the sender and gives to the receiver."""

    id: uuid.UUID
    space_id: uuid.UUID
    parcel_id: uuid.UUID
    kind: Line
    subject: uuid.UUID | None
    fields: Annotated[list[Line], msgspec.Meta(max_length=MOST_FIELDS)]
    payload: dict[str, Any]
    purpose: Annotated[str, msgspec.Meta(max_length=LONGEST_PURPOSE)]
    digest: Line
    expires_on: dt.date | None
    made_by_name: Line
    made_at: Instant

    @property
    def is_core(self) -> bool:
        """Whether it is a word on the agreement itself."""
        return self.kind.startswith(CORE)


def not_after(now: dt.datetime, said: dt.datetime) -> dt.datetime:
    """An instant that the other side names, as it is kept here: nothing has happened later than now, or before all of this."""
    return max(FIRST, min(said, now))


def builtins_of(message: Message | Payload) -> dict[str, Any]:
    """The message as JSON keeps it."""
    found: dict[str, Any] = msgspec.to_builtins(message)
    return found


def digest_of_payload(payload: dict[str, Any]) -> str:
    """SHA-256 in hexadecimal of the payload's canonical JSON."""
    return sha256(msgspec.json.encode(payload, order="deterministic")).hexdigest()
