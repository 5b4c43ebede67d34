"""The root fields of core."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from typing import Annotated, Any

import strawberry

from zhibu_core.exports.tracing import leak_of, trace_for
from zhibu_core.ledger.duties import DutyKey
from zhibu_core.ledger.waivers import waive
from zhibu_core.words import Words
from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError, not_there
from zhibu_graphql.fields import field, listing, mutation, part, plain
from zhibu_graphql.ids import read_id, split_id
from zhibu_graphql.node import Node, find_node
from zhibu_graphql.paging import After, Below, Connection, First
from zhibu_graphql.reading import page, read_from, read_one
from zhibu_graphql.reading.audit import ENTRIES, read_key, zoned
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
    path_on,
    place_filter,
    required_organization,
)
from zhibu_graphql.types.audit import AuditEntry
from zhibu_graphql.types.duty import Duty, find_duty
from zhibu_graphql.types.enums import DutyState, MemberClass, MemberStatus, OrganizationKind
from zhibu_graphql.types.export import Export, TracedExport
from zhibu_graphql.types.fact import Fact
from zhibu_graphql.types.inputs import PeriodText, fact_filters, member_filters, states_of
from zhibu_graphql.types.member import Member
from zhibu_graphql.types.organization import AsOf, Organization
from zhibu_graphql.types.viewer import ACTION, Viewer

At = Annotated[strawberry.ID | None, strawberry.argument(description="Only of this organization.")]
# Root fields may be null: one that is refused leaves the others of its operation standing.


@strawberry.type(description="What can be read.")
class Query:
    @field(ACTION, description="Who is asking.")
    def viewer(self, info: Info) -> Viewer:
        return read_from(info.context.scope)

    @field(ACTION, description="The object of an id; null alike for one that is foreign, unknown or not readable.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002 the argument's public name
        types = info._raw_info.schema.extensions["node_types"]
        return await find_node(info.context, types, id)

    @field("organization.read", description="One organization by its code or id; null as for `node`.")
    async def organization(
        self,
        info: Info,
        code: str | None = None,
        id: strawberry.ID | None = None,  # noqa: A002
    ) -> Organization | None:
        if id is not None:
            found = await read_one(info, ORGANIZATIONS, read_id(id, TAG))
            return found if found and code in (None, found.code) else None
        rows = await page(info, ORGANIZATIONS, 1, None, {"code": code}) if code is not None else None
        return rows.edges[0].node if rows and rows.edges else None

    @listing("organization.read", description="Organizations in the order of the tree.")
    async def organizations(
        self,
        info: Info,
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
        context = info.context
        filters: dict[str, Any] = {"kind": kind and kind.value, "type": type, "starts": name or None}
        if as_of is None:
            filters |= {"standing": None if include_abolished else True}
            filters |= await place_filter(context, organization, below)
            return await page(info, ORGANIZATIONS, first, after, filters)
        if organization is not None:
            at = await required_organization(context, organization)
            # Nothing stood below what did not stand that day.
            filters |= {"below": await path_on(context, at.id, as_of) or "-"} if below else {"at": at.id}
        return await page(info, organizations_on(as_of), first, after, filters)

    @listing("member.read", "member.read_own", description="Members by name in pinyin order.")
    async def members(
        self,
        info: Info,
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
        filters |= await place_filter(info.context, organization, below)
        return await page(info, MEMBERS, first, after, filters)

    @listing("duty.read", description="What the rules ask for in a period, by deadline.", weight=10)
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
    async def facts(
        self,
        info: Info,
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
        filters |= await place_filter(info.context, organization, below)
        if member is not None:
            filters["person"] = await _member(info, member)
        return await page(info, FACTS, first, after, filters)

    @listing("export.read", description="The register of exports, newest first.")
    async def exports(
        self,
        info: Info,
        first: First,
        after: After = None,
        word: Annotated[str | None, strawberry.argument(description="In number, purpose, place or recipients.")] = None,
        state: Annotated[str | None, strawberry.argument(description="waiting, ready, refused or expired.")] = None,
    ) -> Connection[Export] | None:
        return await page(info, EXPORTS, first, after, {"word": word or None, "state": state or None})

    @field(
        "export.read",
        description="Which export the cells of a found file came from; empty where nothing tells.",
        size=50,
    )
    async def export_trace(
        self,
        info: Info,
        lines: Annotated[list[list[str]], strawberry.argument(description="The file's cells, unseen signs included.")],
    ) -> list[TracedExport] | None:
        context = info.context
        async with context.turn() as session:
            found = await trace_for(context.platform, session, context.scope, leak_of(lines))
        return read_from(found[:50])

    @listing("audit.read", description="What was done and read in the whole tenant, newest first.")
    async def audit_entries(
        self,
        info: Info,
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
            "object": read_key(object_id),
            "since": zoned(since, "since"),
            "until": zoned(until, "until"),
        }
        return await page(info, ENTRIES, first, after, filters)


@part(description="The duty after it was waived.")
class WaiveDutyPayload:
    duty: Duty | None = plain("The duty; null where it was not waived.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


@strawberry.type(description="What can be changed.")
class Mutation:
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


async def _member(info: Info, text: str) -> uuid.UUID:
    found = await read_one(info, MEMBERS, read_id(text, MEMBER))
    if found is None:
        raise not_there(
            "member", Words("没有找到这位党员。请核对后重试。", "There is no such member. Check it and try again.")
        )
    return found.id
