"""The root fields of core."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from typing import Annotated, Any

import strawberry

from zhibu_core.errors import NotFound
from zhibu_core.exports.tracing import leak_of, trace_for
from zhibu_core.ledger.duties import DutyKey
from zhibu_core.ledger.waivers import waive
from zhibu_core.words import Words
from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError, not_there
from zhibu_graphql.fields import field, listing, lookup, mutation, part, plain
from zhibu_graphql.ids import split_id
from zhibu_graphql.node import Node, find_node
from zhibu_graphql.paging import After, Below, Connection, First
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.audit import ENTRIES, read_key, zoned
from zhibu_graphql.reading.duties import BY_RULES
from zhibu_graphql.reading.duties import TAG as DUTY
from zhibu_graphql.reading.duty_pages import page_of_duties
from zhibu_graphql.reading.exports import EXPORTS
from zhibu_graphql.reading.facts import FACTS
from zhibu_graphql.reading.members import MEMBERS
from zhibu_graphql.reading.members import TAG as MEMBER
from zhibu_graphql.reading.organizations import (
    ORGANIZATIONS,
    TAG,
    organizations_on,
    place_filter,
)
from zhibu_graphql.sql import OfNode, OfScope, Required, converted, found, key_of, rows
from zhibu_graphql.types.audit import AuditEntry
from zhibu_graphql.types.duty import Duty, find_duty
from zhibu_graphql.types.enums import DutyState, MemberClass, MemberStatus, OrganizationKind
from zhibu_graphql.types.export import Export, TracedExport
from zhibu_graphql.types.fact import Fact
from zhibu_graphql.types.inputs import PeriodText, fact_filters, member_filters, states_of
from zhibu_graphql.types.member import Member
from zhibu_graphql.types.organization import AsOf, Organization
from zhibu_graphql.types.space_roots import SpaceMutation, SpaceQuery
from zhibu_graphql.types.viewer import ACTION, Viewer

At = Annotated[strawberry.ID | None, strawberry.argument(description="Only of this organization.")]
# Root fields may be null: one that is refused leaves the others of its operation standing.


@strawberry.type(description="What can be read.")
class Query(SpaceQuery):
    @field(ACTION, description="Who is asking.", behind=OfScope(lambda scope: scope))
    def viewer(self, info: Info) -> Viewer:
        return read_from(info.context.scope)

    @field(
        ACTION,
        description="The object of an id; null alike for one that is foreign, unknown or not readable.",
        behind=OfNode(),
    )
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 the argument's public name
        types = info._raw_info.schema.extensions["node_types"]
        return await find_node(info.context, types, id)

    @lookup("organization.read", description="One organization by its code or id; null as for `node`.")
    def organization(
        self,
        code: str | None = None,
        id: strawberry.ID | None = None,  # noqa: A002
    ) -> Organization | None:
        return found(ORGANIZATIONS, {"code": code, "at": None if id is None else key_of(id, TAG)})

    @listing("organization.read", description="Organizations in the order of the tree.")
    def organizations(
        self,
        first: First,
        after: After = None,
        organization: At = None,
        below: Below = True,
        kind: OrganizationKind | None = None,
        type: str | None = None,  # noqa: A002
        name: Annotated[str | None, strawberry.argument(description="How name, short name or code begin.")] = None,
        include_abolished: bool = False,
        as_of: AsOf = None,
    ) -> Connection[Organization] | None:
        filters: dict[str, Any] = {"kind": kind and kind.value, "type": type, "starts": name or None}
        if as_of is None:
            filters |= {"standing": None if include_abolished else True} | place_filter(organization, below)
            return rows(ORGANIZATIONS, first, after, filters)
        filters |= place_filter(organization, below, as_of)
        return rows(organizations_on(as_of), first, after, filters)

    @listing("member.read", "member.read_own", description="Members by name in pinyin order.")
    def members(
        self,
        first: First,
        after: After = None,
        organization: At = None,
        below: Below = True,
        status: MemberStatus | None = None,
        member_class: Annotated[MemberClass | None, strawberry.argument(name="class")] = None,
        name: Annotated[str | None, strawberry.argument(description="How the name begins.")] = None,
        number: str | None = None,
        is_lost: bool | None = None,
        is_mobile: bool | None = None,
    ) -> Connection[Member] | None:
        filters = member_filters(status, member_class, name, is_lost, is_mobile) | {"number": number}
        return rows(MEMBERS, first, after, filters | place_filter(organization, below))

    @listing("duty.read", description="What the rules ask for in a period, by deadline.", weight=10, computed=BY_RULES)
    async def duties(
        self,
        info: Info,
        period: Annotated[str, strawberry.argument(description="Such as 2026, 2026H1, 2026Q2, 2026-05.")],
        first: First,
        after: After = None,
        state: DutyState | None = None,
        organization: At = None,
        below: Below = True,
    ) -> Connection[Duty] | None:
        states = states_of(state)
        return await page_of_duties(info, period, states, organization, below, first, after)

    @listing("fact.read", description="What happened, newest first.")
    def facts(
        self,
        first: First,
        after: After = None,
        organization: At = None,
        below: Below = True,
        kind: str | None = None,
        period: PeriodText = None,
        member: strawberry.ID | None = None,
        source: str | None = None,
        include_ended: bool = False,
    ) -> Connection[Fact] | None:
        filters = fact_filters(kind, period, include_ended) | {"source": source}
        filters |= place_filter(organization, below)
        if member is not None:
            filters["person"] = Required(MEMBERS, key_of(member, MEMBER), "id", _no_member)
        return rows(FACTS, first, after, filters)

    @listing("export.read", description="The register of exports, newest first.")
    def exports(
        self,
        first: First,
        after: After = None,
        word: Annotated[str | None, strawberry.argument(description="In number, purpose, place or recipients.")] = None,
        state: Annotated[str | None, strawberry.argument(description="waiting, ready, refused or expired.")] = None,
    ) -> Connection[Export] | None:
        return rows(EXPORTS, first, after, {"word": word or None, "state": state or None})

    @field(
        "export.read",
        description="Which export the cells of a found file came from; empty where nothing tells.",
        size=50,
        computed="marks are looked for in the cells of a file",
    )
    async def export_trace(
        self,
        info: Info,
        lines: Annotated[list[list[str]], strawberry.argument(description="The file's cells, unseen signs included.")],
    ) -> list[TracedExport] | None:
        context = info.context
        async with context.turn() as session:
            traced = await trace_for(context.platform, session, context.scope, leak_of(lines))
        return read_from(traced[:50])

    @listing("audit.read", description="What was done and read in the whole tenant, newest first.")
    def audit_entries(
        self,
        first: First,
        after: After = None,
        action: Annotated[str | None, strawberry.argument(description="The key of a permission.")] = None,
        object_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The objectId of another entry.")
        ] = None,
        since: Annotated[dt.datetime | None, strawberry.argument(description="From this instant on.")] = None,
        until: Annotated[dt.datetime | None, strawberry.argument(description="Before this instant.")] = None,
    ) -> Connection[AuditEntry] | None:
        filters = {
            "action": action,
            "object": None if object_id is None else converted(object_id, read_key, uuid.UUID),
            "since": None if since is None else converted(since, zoned("since"), dt.datetime),
            "until": None if until is None else converted(until, zoned("until"), dt.datetime),
        }
        return rows(ENTRIES, first, after, filters)


@part(description="The duty after it was waived.")
class WaiveDutyPayload:
    duty: Duty | None = plain("The duty; null where it was not waived.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


@strawberry.type(description="What can be changed.")
class Mutation(SpaceMutation):
    @mutation("duty.waive", description="Waives a duty: it need not be met, and the reason stays readable.")
    async def waive_duty(
        self,
        info: Info,
        duty: strawberry.ID,
        reason: Annotated[str, strawberry.argument(description="Why; up to 500 characters.")],
    ) -> WaiveDutyPayload | None:
        context = info.context
        key = Duty.read_key(split[1]) if (split := split_id(duty)) and split[0] == DUTY else None
        if not isinstance(key, DutyKey) or await find_duty(context, key) is None:
            raise not_there(
                "duty", Words("没有找到这项任务。请核对后重试。", "There is no such duty. Check it and try again.")
            )
        await waive(context.session, context.scope, key, reason)
        context.forget()
        return WaiveDutyPayload(duty=read_from(await find_duty(context, key)), errors=[])


def _no_member() -> NotFound:
    return not_there(
        "member", Words("没有找到这位党员。请核对后重试。", "There is no such member. Check it and try again.")
    )
