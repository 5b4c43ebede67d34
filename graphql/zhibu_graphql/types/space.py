"""Space: an agreement with other tenants; its versions and signatures, what crossed under it, and the copies that came."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
import strawberry

from zhibu_core.spaces.crossings import Crossing
from zhibu_core.spaces.differences import Difference
from zhibu_core.spaces.models import SpaceCopy, SpaceVersion
from zhibu_core.spaces.reading import Agreement
from zhibu_core.spaces.terms import Share, SharedField
from zhibu_graphql.context import Context, Info
from zhibu_graphql.fields import field, listing, object_type, part, plain
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Connection, First
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.spaces import (
    COPY,
    SPACE,
    find_copies,
    find_spaces,
    page_of_copies,
    page_of_crossings,
)

READ = "space.read"


@dataclass(frozen=True)
class VersionOf:
    """A version, with the agreement it is of."""

    whole: Agreement
    version: SpaceVersion


@part(description="An organization that takes part. A foreign one has a name and a code, and no id here.")
class AgreementParty:
    slug: str = plain("Its tenant's slug.")
    tenant_name: str = plain("Its tenant's name.")
    code: str = plain("Its code there; empty where it was named by its name.")
    name: str = plain("Its name there; empty where it was named by its code.")
    is_own: bool = plain("Whether it is of this tenant.")
    confirmed_at: dt.datetime | None = plain("When its side said that its copies are gone.")
    confirmed_count: int | None = plain("How many they were.")


@part(description="A field that crosses, and why.")
class AgreementField:
    key: str = plain("Its key.")
    reason: str = plain("Why it crosses.")
    personal: bool = plain("Whether it is personal.")
    basis: str = plain("On what basis, where it is personal.")
    days: int | None = plain("For how many days, where it is personal.")

    @field(description="What it is called.")
    def title(self, root: SharedField, info: Info) -> str:
        return root.title.of(info.context.locale)


@part(description="A kind of record that crosses.")
class AgreementShare:
    kind: str = plain("Its key, such as orglife.meeting.")
    by: list[str] = plain("The slugs of the sides that give it; none: every side.", size=20)
    fields: list[AgreementField] = plain("Its fields.", size=50)

    @field(description="What it is called.")
    def title(self, root: Share, info: Info) -> str:
        return root.title.of(info.context.locale)


@part(description="One thing in which a version reads otherwise than the one it changed.")
class AgreementDifference:
    path: str = plain("What, such as ends_on or shares.orglife.meeting.fields.topic.")
    before: str | None = plain("As it was; null for nothing.")
    after: str | None = plain("As it is; null for nothing.")

    @field(description="What it is called.")
    def title(self, root: Difference, info: Info) -> str:
        return root.title.of(info.context.locale)


@part(description="That a named person signed a version for their side.")
class AgreementSignature:
    signer: str = plain("Who.")
    post: str = plain("For which organizations.")
    second_factor: bool = plain("Whether with a second factor.")
    signed_at: dt.datetime = plain("When.")
    digest: str = plain("SHA-256 of the words that were signed.")


@part(description="One version of an agreement's words; every one is kept.")
class AgreementVersion:
    @field(description="Its id, to be named by who signs it.")
    def id(self, root: VersionOf) -> strawberry.ID:
        return strawberry.ID(root.version.id.hex)

    @field(description="1, 2, 3 …")
    def number(self, root: VersionOf) -> int:
        return root.version.number

    @field(description="Who made it.")
    def made_by(self, root: VersionOf) -> str:
        return root.version.made_by

    @field(description="When.")
    def made_at(self, root: VersionOf) -> dt.datetime:
        return root.version.made_at

    @field(description="Why, in the maker's words.")
    def note(self, root: VersionOf) -> str:
        return root.version.note

    @field(description="SHA-256 of its words.")
    def digest(self, root: VersionOf) -> str:
        return root.version.digest

    @field(description="Its title.")
    def title(self, root: VersionOf) -> str:
        return root.whole.terms(root.version).title

    @field(description="What it is for.")
    def purpose(self, root: VersionOf) -> str:
        return root.whole.terms(root.version).purpose

    @field(description="Its first day.")
    def starts_on(self, root: VersionOf) -> dt.date:
        return root.whole.terms(root.version).starts_on

    @field(description="Its last day.")
    def ends_on(self, root: VersionOf) -> dt.date:
        return root.whole.terms(root.version).ends_on

    @field(description="When it is to be looked at again.")
    def review_on(self, root: VersionOf) -> dt.date | None:
        return root.whole.terms(root.version).review_on

    @field(description="What crosses, and why.", size=20)
    def shares(self, root: VersionOf) -> list[AgreementShare]:
        return read_from(root.whole.terms(root.version).shares)

    @field(description="In what it reads otherwise than the version it changed; the first, in everything.", size=200)
    def differences(self, root: VersionOf) -> list[AgreementDifference]:
        return read_from(root.whole.changes(root.version))

    @field(description="Who signed it.", size=20)
    def signatures(self, root: VersionOf) -> list[AgreementSignature]:
        return read_from(list(root.whole.signed(root.version).values()))


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


@object_type(READ, description="An agreement of organizations of two or more tenants: this tenant's own copy of it.")
class Space(Node):
    tag: ClassVar[str] = SPACE
    record: ClassVar[type] = Agreement

    @field(description="Its title.")
    def title(self, root: Agreement) -> str:
        return root.space.title

    @field(description="What it is for.")
    def purpose(self, root: Agreement) -> str:
        return root.space.purpose

    @field(description="`proposed`, `in_force`, `revoked` or `ended`.")
    def state(self, root: Agreement) -> str:
        return root.space.state

    @field(description="Its first day.")
    def starts_on(self, root: Agreement) -> dt.date:
        return root.space.starts_on

    @field(description="Its last day.")
    def ends_on(self, root: Agreement) -> dt.date:
        return root.space.ends_on

    @field(description="Who takes part, the own side first.", size=20)
    def parties(self, root: Agreement) -> list[AgreementParty]:
        return read_from(root.parties)

    @field(description="The version that would be signed next.")
    def newest(self, root: Agreement) -> AgreementVersion:
        return read_from(VersionOf(root, root.newest))

    @field(description="The version that holds, or held last.")
    def in_force(self, root: Agreement) -> AgreementVersion | None:
        return read_from(VersionOf(root, root.in_force) if root.in_force else None)

    @field(description="Every version, newest first.", size=100)
    def versions(self, root: Agreement) -> list[AgreementVersion]:
        return read_from([VersionOf(root, one) for one in root.versions])

    @field(description="Whether the newest version waits for this side's signature.")
    def waits_for_own(self, root: Agreement) -> bool:
        return root.waits_for_own

    @field(description="When it was closed.")
    def closed_at(self, root: Agreement) -> dt.datetime | None:
        return root.space.closed_at

    @field(description="Who closed it; null for the calendar.")
    def closed_by(self, root: Agreement) -> str | None:
        return root.space.closed_by

    @field(description="Why.")
    def close_reason(self, root: Agreement) -> str | None:
        return root.space.close_reason

    @field(description="When this side's copies were gone.")
    def erased_at(self, root: Agreement) -> dt.datetime | None:
        return root.space.erased_at

    @listing(READ, description="What crossed, newest first; every side sees the same.")
    async def envelopes(
        self, root: Agreement, info: Info, first: First, after: After = None, records_only: bool = False
    ) -> Connection[Envelope]:
        return await page_of_crossings(info, root.space.id, first, after, records_only)

    @listing(
        READ, description="The other sides' records, newest first; that one read them stands in every side's ledger."
    )
    async def copies(
        self, root: Agreement, info: Info, first: First, after: After = None, kind: str | None = None
    ) -> Connection[Copy]:
        return await page_of_copies(info, root.space.id, first, after, kind)

    @classmethod
    def write_key(cls, root: Agreement) -> bytes:
        """The space's id, which every side knows it by."""
        return root.space.id.bytes

    @classmethod
    async def find(cls, context: Context, keys: list[uuid.UUID]) -> Mapping[uuid.UUID, Any]:
        """Those that the asker may see."""
        return await find_spaces(context, keys) if context.scope.may(READ) else {}
