"""Organization: the tree, and what hangs on each of its nodes."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_graphql.context import Context, Info
from zhibu_graphql.fields import column, field, listing, object_type
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Below, Connection, First
from zhibu_graphql.reading import find_all, page_below, read_one
from zhibu_graphql.reading.duty_pages import page_of_organization
from zhibu_graphql.reading.facts import FACTS
from zhibu_graphql.reading.members import MEMBERS
from zhibu_graphql.reading.offices import OFFICES, TERMS, all_below
from zhibu_graphql.reading.organizations import ORGANIZATIONS, TABLE, TAG, OrganizationRecord, organizations_on
from zhibu_graphql.types.enums import DutyState, MemberClass, MemberStatus, OrganizationKind
from zhibu_graphql.types.inputs import PeriodText, fact_filters, member_filters, states_of
from zhibu_graphql.types.lazy import LazyDuty, LazyFact, LazyMember
from zhibu_graphql.types.office import Position, Term

AsOf = Annotated[dt.date | None, strawberry.argument(description="As the tree stood on this day; today if not given.")]


@object_type("organization.read", description="A committee, general branch, branch or group.")
class Organization(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = OrganizationRecord

    code: str = column(TABLE.c.code, "Its code, once in the tenant.")
    name: str = column(TABLE.c.name, "Its full name.")
    short_name: str = column(TABLE.c.short_name, "Its short name.")
    kind: OrganizationKind = column(TABLE.c.kind, "What kind of organization it is.")
    founded_on: dt.date | None = column(TABLE.c.founded_on, "When it was founded.")
    abolished_on: dt.date | None = column(TABLE.c.abolished_on, "When it was abolished, if it was.")
    has_committee: bool = column(TABLE.c.has_committee, "Whether it has a branch committee.")
    unit: str = column(TABLE.c.unit, "The unit of work or study that it belongs to.")
    type: str = column(TABLE.c.type, "The type within which branches are compared.")

    @field(description="The organization above, null on top of the tree and where it may not be read.")
    async def parent(self, root: OrganizationRecord, info: Info) -> "Organization | None":
        return await read_one(info, ORGANIZATIONS, root.parent_id)

    @listing(description="The organizations right below.")
    async def children(
        self, root: OrganizationRecord, info: Info, first: First, after: After = None, as_of: AsOf = None
    ) -> Connection["Organization"]:
        tree = ORGANIZATIONS if as_of is None else organizations_on(as_of)
        filters = {"standing": True} if as_of is None else {}
        return await page_below(info, tree, "children", root.id, first, after, filters)

    @listing("member.read", "member.read_own", description="Its members by name in pinyin order.")
    async def members(
        self,
        root: OrganizationRecord,
        info: Info,
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
        link = "below" if below else "at"
        return await page_below(info, MEMBERS, link, root.id, first, after, filters)

    @listing("fact.read", description="What happened there, newest first.")
    async def facts(
        self,
        root: OrganizationRecord,
        info: Info,
        first: First,
        after: After = None,
        below: Below = True,
        kind: str | None = None,
        period: PeriodText = None,
        include_ended: bool = False,
    ) -> Connection[LazyFact] | None:
        link = "below" if below else "at"
        filters = fact_filters(kind, period, include_ended)
        return await page_below(info, FACTS, link, root.id, first, after, filters)

    @listing("duty.read", description="What the rules ask for in a period, by deadline.", weight=10)
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

    @field(description="Its terms of office, newest first.", size=20)
    async def terms(self, root: OrganizationRecord, info: Info) -> list[Term]:
        return await all_below(info, TERMS, root.id)

    @field("member.read", description="Who holds which post there today.", size=20)
    async def positions(self, root: OrganizationRecord, info: Info) -> list[Position] | None:
        return await all_below(info, OFFICES, root.id)

    @classmethod
    async def find(cls, context: Context, keys: list[Any]) -> Mapping[Any, Any]:
        """Organizations by id."""
        return await find_all(context, ORGANIZATIONS, keys)
