"""Space: an agreement with other tenants, as this tenant's own copy of it says."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
from typing import Any, ClassVar

from zhibu_graphql.context import Info
from zhibu_graphql.fields import all_of, column, listing, object_type, one
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Connection, First
from zhibu_graphql.reading.agreements import PARTIES, SPACE, SPACES, TAG, VERSIONS, SpaceRecord
from zhibu_graphql.reading.spaces import page_of_copies, page_of_crossings
from zhibu_graphql.types.agreement import AgreementParty, AgreementVersion
from zhibu_graphql.types.crossing import LEDGER, READ, TOLD, Copy, Envelope


@object_type(READ, description="An agreement of organizations of two or more tenants: this tenant's own copy of it.")
class Space(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = SpaceRecord
    found_in: ClassVar[Any] = SPACES

    title: str = column(SPACE.c.title, "Its title.")
    purpose: str = column(SPACE.c.purpose, "What it is for.")
    state: str = column(SPACE.c.state, "`proposed`, `in_force`, `revoked` or `ended`.")
    starts_on: dt.date = column(SPACE.c.starts_on, "Its first day.")
    ends_on: dt.date = column(SPACE.c.ends_on, "Its last day.")

    parties: list[AgreementParty] = all_of(PARTIES, "of", "Who takes part, the own side first.", size=20)
    newest: AgreementVersion = one(VERSIONS, "newest_id", "The version that would be signed next.")
    in_force: AgreementVersion | None = one(VERSIONS, "in_force_id", "The version that holds, or held last.")
    versions: list[AgreementVersion] = all_of(VERSIONS, "of", "Every version, newest first.", size=100)

    waits_for_own: bool = column(SPACE.c.state, "Whether the newest version waits for this side's signature.")
    closed_at: dt.datetime | None = column(SPACE.c.closed_at, "When it was closed.")
    closed_by: str | None = column(SPACE.c.closed_by, "Who closed it; null for the calendar.")
    close_reason: str | None = column(SPACE.c.close_reason, "Why.")
    erased_at: dt.datetime | None = column(SPACE.c.erased_at, "When this side's copies were gone.")

    @listing(
        READ,
        description="What crossed, newest first; every side sees the same.",
        computed=LEDGER,
    )
    async def envelopes(
        self, root: SpaceRecord, info: Info, first: First, after: After = None, records_only: bool = False
    ) -> Connection[Envelope]:
        return await page_of_crossings(info, root.id, first, after, records_only)

    @listing(
        READ,
        description="The other sides' records, newest first; that one read them stands in every side's ledger.",
        computed=TOLD,
    )
    async def copies(
        self, root: SpaceRecord, info: Info, first: First, after: After = None, kind: str | None = None
    ) -> Connection[Copy]:
        return await page_of_copies(info, root.id, first, after, kind)
