"""Fact: what happened, with its evidence, and what ended it if something did."""

import datetime as dt
from typing import Any, ClassVar

import strawberry

from zhibu_graphql.fields import column, key, object_type, one, part
from zhibu_graphql.node import Node
from zhibu_graphql.reading.facts import ENDS, FACT, FACT_END, FACTS, TAG, FactRecord
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
    found_in: ClassVar[Any] = FACTS

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

    record_id: strawberry.ID = key(
        "record_id", "hex", "The record it comes from, the same for all facts of one record."
    )
    organization: LazyOrganization | None = one(ORGANIZATIONS, "organization_id", "Where it happened.", joined=True)
    member: LazyMember | None = one(MEMBERS, "person_id", "Whose it is, if a person's who is a member today.")
    end: FactEnd | None = one(ENDS, "id", "What ended it; null while it holds.", column="fact_id")
