"""Fact: what happened, with its evidence, and what ended it if something did."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

import strawberry

from zhibu_graphql.context import Context, Info
from zhibu_graphql.fields import column, field, object_type, part
from zhibu_graphql.node import Node
from zhibu_graphql.reading import find_all, read_from, read_one
from zhibu_graphql.reading.facts import FACT, FACT_END, FACTS, TAG, FactEndRecord, FactRecord, ends_of
from zhibu_graphql.reading.members import MEMBERS
from zhibu_graphql.reading.organizations import ORGANIZATIONS
from zhibu_graphql.types.lazy import LazyMember, LazyOrganization


@part(description="That a fact no longer holds.")
class FactEnd:
    reason: str = column(FACT_END.c.reason, "`superseded` by a correction, or `retracted` with its record.")
    note: str = column(FACT_END.c.note, "Why, in words.")
    ended_at: dt.datetime = column(FACT_END.c.ended_at, "Since when.")


@object_type("fact.read", description="What happened: written once, never changed.")
class Fact(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = FactRecord

    kind: str = column(FACT.c.kind, "The kind, such as `member_meeting`, `attendance`, `training`.")
    happened_on: dt.date = column(FACT.c.happened_on, "The day.")
    until_on: dt.date | None = column(FACT.c.until_on, "The last day, or the day of handing in.")
    quantity: float | None = column(FACT.c.quantity, "How much, in the kind's unit.")
    mark: str | None = column(FACT.c.mark, "The kind's own mark, such as `present`.")
    group: str | None = column(FACT.c.grp, "The party group.")
    grade: str = column(FACT.c.grade, "The grade of evidence: confirmed, recorded, code, makeup, imported, document.")
    record_type: str = column(FACT.c.record_type, "What kind of record it comes from.")
    source: str = column(FACT.c.source, "The plugin that wrote it.")
    written_at: dt.datetime = column(FACT.c.written_at, "When it was written down.")

    @field(description="The record it comes from, the same for all facts of one record.")
    def record_id(self, root: FactRecord) -> strawberry.ID:
        return strawberry.ID(root.record_id.hex)

    @field(description="Where it happened.")
    async def organization(self, root: FactRecord, info: Info) -> LazyOrganization | None:
        return await read_one(info, ORGANIZATIONS, root.organization_id)

    @field(description="Whose it is, if a person's who is a member today.")
    async def member(self, root: FactRecord, info: Info) -> LazyMember | None:
        return await read_one(info, MEMBERS, root.person_id)

    @field(description="What ended it; null while it holds.")
    async def end(self, root: FactRecord, info: Info) -> FactEnd | None:
        context = info.context

        async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, FactEndRecord]:
            return await ends_of(context, keys)

        return read_from(await context.load("ends", root.id, fetch))

    @classmethod
    async def find(cls, context: Context, keys: list[Any]) -> Mapping[Any, Any]:
        """Facts by id."""
        return await find_all(context, FACTS, keys)
