"""Organization: the tree, and what hangs on each of its nodes."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_graphql.context import Info
from zhibu_graphql.fields import all_of, column, field, listing, object_type, one
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Below, Connection, First
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.duties import BY_RULES
from zhibu_graphql.reading.duty_pages import page_of_organization
from zhibu_graphql.reading.facts import FACTS
from zhibu_graphql.reading.members import MEMBERS
from zhibu_graphql.reading.offices import OFFICES, TERMS, today_only
from zhibu_graphql.reading.organizations import ORGANIZATIONS, TABLE, TAG, OrganizationRecord, organizations_on
from zhibu_graphql.reading.sums import SUMS, sums_of
from zhibu_graphql.sql import rows_of
from zhibu_graphql.types.enums import DutyState, MemberClass, MemberStatus, OrganizationKind
from zhibu_graphql.types.inputs import PeriodText, fact_filters, member_filters, states_of
from zhibu_graphql.types.lazy import LazyDuty, LazyFact, LazyMember
from zhibu_graphql.types.office import Position, Term
from zhibu_graphql.types.sums import Sums

AsOf = Annotated[dt.date | None, strawberry.argument(description="As the tree stood on this day; today if not given.")]


@object_type("organization.read", description="A committee, general branch, branch or group.")
class Organization(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = OrganizationRecord
    found_in: ClassVar[Any] = ORGANIZATIONS

    code: str = column(TABLE.c.code, "Its code, once in the tenant.")
    name: str = column(TABLE.c.name, "Its full name.")
    short_name: str = column(TABLE.c.short_name, "Its short name.")
    kind: OrganizationKind = column(TABLE.c.kind, "What kind of organization it is.")
    founded_on: dt.date | None = column(TABLE.c.founded_on, "When it was founded.")
    abolished_on: dt.date | None = column(TABLE.c.abolished_on, "When it was abolished, if it was.")
    has_committee: bool = column(TABLE.c.has_committee, "Whether it has a branch committee.")
    unit: str = column(TABLE.c.unit, "The unit of work or study that it belongs to.")
    type: str = column(TABLE.c.type, "The type within which branches are compared.")

    parent: "Organization | None" = one(
        ORGANIZATIONS, "parent_id", "The organization above, null on top of the tree and where it may not be read."
    )

    @listing(description="The organizations right below.")
    def children(
        self, root: OrganizationRecord, first: First, after: After = None, as_of: AsOf = None
    ) -> Connection["Organization"]:
        tree = ORGANIZATIONS if as_of is None else organizations_on(as_of)
        return rows_of(root, "children", tree, first, after, {"standing": True} if as_of is None else {})

    @listing("member.read", "member.read_own", description="Its members by name in pinyin order.")
    def members(
        self,
        root: OrganizationRecord,
        first: First,
        after: After = None,
        below: Below = True,
        status: MemberStatus | None = None,
        member_class: Annotated[MemberClass | None, strawberry.argument(name="class")] = None,
        name: str | None = None,
        is_lost: bool | None = None,
        is_mobile: bool | None = None,
    ) -> Connection[LazyMember] | None:
        filters = member_filters(status, member_class, name, is_lost, is_mobile)
        return rows_of(root, "below" if below else "at", MEMBERS, first, after, filters)

    @listing("fact.read", description="What happened there, newest first.")
    def facts(
        self,
        root: OrganizationRecord,
        first: First,
        after: After = None,
        below: Below = True,
        kind: str | None = None,
        period: PeriodText = None,
        include_ended: bool = False,
    ) -> Connection[LazyFact] | None:
        filters = fact_filters(kind, period, include_ended)
        return rows_of(root, "below" if below else "at", FACTS, first, after, filters)

    @listing("duty.read", description="What the rules ask for in a period, by deadline.", weight=10, computed=BY_RULES)
    async def duties(
        self,
        root: OrganizationRecord,
        info: Info,
        period: Annotated[str, strawberry.argument(description="Such as 2026, 2026H1, 2026Q2, 2026-05.")],
        first: First,
        after: After = None,
        state: DutyState | None = None,
        below: Below = True,
    ) -> Connection[LazyDuty] | None:
        states = states_of(state)
        return await page_of_organization(info, root, period, states, below, first, after)

    terms: list[Term] = all_of(TERMS, "at", "Its terms of office, newest first.", size=20)
    positions: list[Position] | None = all_of(
        OFFICES, "at", "Who holds which post there today.", "member.read", size=20, filters=today_only
    )

    @field("fact.read", description="Members, who came lately, hours studied: of it and all below it.", behind=SUMS)
    async def sums(self, root: OrganizationRecord, info: Info) -> Sums | None:
        return read_from(await sums_of(info.context, root.path))
