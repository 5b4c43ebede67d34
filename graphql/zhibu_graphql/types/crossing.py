"""What crossed between tenants: the ledger's lines, and the copies that came."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
import strawberry

from zhibu_core.spaces.crossings import Crossing
from zhibu_core.spaces.models import SpaceCopy
from zhibu_graphql.context import Context, Info
from zhibu_graphql.fields import field, object_type, part, plain
from zhibu_graphql.node import Node
from zhibu_graphql.reading.spaces import (
    COPY,
    find_copies,
)

READ = "space.read"
LEDGER = "the ledger is put together of what was sent, what came and who read it"
TOLD = "whoever gave a record is told that it was read"


@part(description="That somebody read what crossed, on a day.")
class EnvelopeRead:
    reader: str = plain("Who.")
    place: str = plain("At which tenant.")
    read_at: dt.datetime = plain("When first on that day.")


@part(description="Something that crossed, as every side's ledger has it.")
class Envelope:
    direction: str = plain("`out` or `in`.")
    kind: str = plain("What: a kind of record, or core.… for a word on the agreement itself.")
    other: str = plain("The other side's tenant.")
    fields: list[str] = plain("The keys of the fields that crossed.", size=50)
    purpose: str = plain("What for.")
    digest: str = plain("SHA-256 of what crossed.")
    by: str = plain("Who sent it.")
    made_at: dt.datetime = plain("When it was sent.")
    state: str = plain("waiting, delivered, accepted, open, refused, held or withdrawn.")
    problem: str | None = plain("The key of the reason where it did not cross.")
    is_open: bool = plain("Whether it has not come to an end.")
    arrived_at: dt.datetime | None = plain("When it arrived, or was heard of.")
    erased_at: dt.datetime | None = plain("When the receiver's copy was gone.")
    reads: list[EnvelopeRead] = plain("Who read it.", size=100)

    @field(description="Its id, the same on every side.")
    def id(self, root: Crossing) -> strawberry.ID:
        return strawberry.ID(root.id.hex)

    @field(description="Why it did not cross, in words.")
    def why(self, root: Crossing, info: Info) -> str | None:
        return root.why.of(info.context.locale) if root.why else None


@object_type(
    READ, description="Another tenant's record, as a copy of one's own: readable only while the agreement holds."
)
class Copy(Node):
    tag: ClassVar[str] = COPY
    record: ClassVar[type] = SpaceCopy
    computed: ClassVar[str] = TOLD

    kind: str = plain("What it is, such as orglife.meeting.")
    purpose: str = plain("What it was given for.")
    made_at: dt.datetime = plain("When it was sent.")
    received_at: dt.datetime = plain("When it came.")
    expires_on: dt.date = plain("The last day on which it can be read.")

    @field(description="Its fields, as a JSON object.")
    def fields(self, root: SpaceCopy) -> str:
        return msgspec.json.encode(root.record).decode()

    @field(description="The consent or legal basis of each personal field, as a JSON object.")
    def basis(self, root: SpaceCopy) -> str:
        return msgspec.json.encode(root.basis).decode()

    @classmethod
    async def find(cls, context: Context, keys: list[uuid.UUID]) -> Mapping[uuid.UUID, Any]:
        """Those that may be read now."""
        return await find_copies(context, keys) if context.scope.may(READ) else {}
