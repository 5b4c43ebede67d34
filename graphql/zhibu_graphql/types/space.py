"""Space: an agreement with other tenants, as this tenant's own copy of it says."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from zhibu_core.spaces.reading import Agreement
from zhibu_graphql.context import Context, Info
from zhibu_graphql.fields import field, listing, object_type
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Connection, First
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.spaces import (
    SPACE,
    find_spaces,
    page_of_copies,
    page_of_crossings,
)
from zhibu_graphql.types.agreement import AgreementParty, AgreementVersion, VersionOf
from zhibu_graphql.types.crossing import READ, Copy, Envelope


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
