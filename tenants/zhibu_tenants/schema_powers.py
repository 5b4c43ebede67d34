"""Powers in GraphQL: the access review, granting and ending, a tenant's own roles, platform staff let in."""

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from zhibu_core.errors import NotFound
from zhibu_core.identity.models import RoleGrant
from zhibu_core.words import Words
from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError
from zhibu_graphql.fields import additions, column, field, first_of, mutation, object_type, part, plain
from zhibu_tenants.listings import OWN_ROLES, R
from zhibu_tenants.powers.own_roles import define_role, end_role
from zhibu_tenants.powers.review import ReviewLine, confirm, end_by_review, review_lines
from zhibu_tenants.powers.staff_entries import EntryLine, approve, end_entry, entries
from zhibu_tenants.roles import Wanted, grant_role

MOST = 2_000
Key = Annotated[str, strawberry.argument(description="The role's key.")]
GrantId = Annotated[str, strawberry.argument(description="The id of the grant.")]
EntryId = Annotated[str, strawberry.argument(description="The id of the entry.")]


@object_type("role.read", description="One grant in force, as a reviewer sees it.")
class AccessLine:
    person: str = plain("Who holds it.")
    number: str | None = plain("Their staff or student number.")
    role: str = plain("The role's key.")
    node: str | None = plain("Code of the organization; null for the whole tenant.")
    since: dt.date = plain("The first day.")
    until: dt.date | None = plain("The last day, if there is one.")
    granted_by: str | None = plain("Who granted it; null for the operator.")
    delegated_from: str | None = plain("Whose own role is lent here.")
    last_used: dt.date | None = plain("The day of the last deed noted under it.")
    reviewed_on: dt.date | None = plain("When it was last reviewed.")
    reviewed_by: str | None = plain("By whom; null for the operator.")
    is_due: bool = plain("Whether a review is due.")

    @field(description="The id of the grant.")
    def grant(self, root: ReviewLine) -> str:
        return str(root.id)


@object_type("role.read", "role.define", description="A role of the tenant's own: a named set of permissions.")
class OwnRole:
    key: str = column(R.c.key, "Its key.")
    actions: list[str] = plain("The permissions it holds.", size=200)
    name: str = column(R.c.name_zh, "What it is called.")


@object_type("staff.read", "staff.admit", description="That somebody of the platform's staff looked in, or asks to.")
class StaffEntry:
    state: str = plain("waiting, open, over or lapsed.")

    @field(description="Its id.")
    def entry(self, root: EntryLine) -> str:
        return str(root.entry.id)

    @field(description="Who.")
    def name(self, root: EntryLine) -> str:
        return root.entry.staff_name

    @field(description="Why.")
    def reason(self, root: EntryLine) -> str:
        return root.entry.reason

    @field(description="Until when, unless it is ended before.")
    def ends_at(self, root: EntryLine) -> dt.datetime:
        return root.entry.ended_at or root.entry.ends_at

    @field(description="How many pages were opened and other deeds done.")
    def deeds(self, root: EntryLine) -> int:
        return len(root.deeds)


@part(description="What became of a change of powers.")
class PowersPayload:
    done: str | None = plain("The id or key of what was changed; null where nothing was.")
    errors: list[UserError] = plain("Why nothing was changed.", size=5)


@strawberry.input(description="A grant: who, which role, where, from when to when.")
class GrantInput:
    person: str = strawberry.field(description="Staff or student number, id, or a name that only one has.")
    role: str = strawberry.field(description="The role's key.")
    node: str | None = strawberry.field(
        default=None, description="Code of the organization; null for the whole tenant."
    )
    since: dt.date | None = strawberry.field(default=None, description="The first day; null for today.")
    until: dt.date | None = strawberry.field(default=None, description="The last day; null for no end.")
    on_behalf_of: str | None = strawberry.field(default=None, description="Who holds the role and lends it.")


@strawberry.input(description="A role of the tenant's own.")
class OwnRoleInput:
    key: str = strawberry.field(description="Small letters, digits and hyphens.")
    name: str = strawberry.field(description="What it is called.")
    english: str | None = strawberry.field(default=None, description="What it is called in English.")
    actions: list[str] = strawberry.field(description="The permissions it holds.")


@additions
class PowersQuery:
    @field(
        "role.read",
        description="Every grant in force that the asker may see, by organization.",
        size=MOST,
        computed="when a grant was last used is gathered from the audit",
    )
    async def access_review(self, info: Info) -> list[AccessLine] | None:
        async with info.context.turn() as session:
            return await review_lines(session, info.context.platform.scopes, info.context.scope)  # type: ignore[return-value]

    own_roles: list[OwnRole] | None = first_of(OWN_ROLES, "The tenant's own roles by key.", "role.read", size=100)

    @field(
        "staff.read",
        description="The newest entries of platform staff.",
        size=50,
        computed="what was done in an entry is gathered from the audit",
    )
    async def staff_entries(self, info: Info) -> list[StaffEntry] | None:
        async with info.context.turn() as session:
            return await entries(session)  # type: ignore[return-value]


@additions
class PowersMutation:
    @mutation("role.grant", description="Grants a role; granted again, its end is moved.")
    async def grant_role(self, info: Info, grant: GrantInput) -> PowersPayload | None:
        wanted = Wanted(grant.person, grant.role, grant.node, grant.until, grant.since, grant.on_behalf_of)
        made: RoleGrant = await grant_role(info.context.session, info.context.scope, wanted)
        return _done(str(made.id))

    @mutation("access.review", description="Notes that a grant is still right.")
    async def confirm_grant(self, info: Info, grant: GrantId) -> PowersPayload | None:
        await confirm(info.context.session, info.context.scope, _id(grant))
        return _done(grant)

    @mutation("access.review", description="Ends a grant at once, as found by a review.")
    async def end_grant(self, info: Info, grant: GrantId) -> PowersPayload | None:
        await end_by_review(info.context.session, info.context.scope, _id(grant))
        return _done(grant)

    @mutation("role.define", description="Makes a role of the tenant's own, or changes the one of this key.")
    async def define_role(self, info: Info, role: OwnRoleInput) -> PowersPayload | None:
        context = info.context
        context.scope.require("role.define", "")
        name = Words(role.name, role.english or role.name)
        await define_role(context.session, context.platform.scopes, context.scope, role.key, name, role.actions)
        return _done(role.key)

    @mutation("role.define", description="Ends a role of the tenant's own.")
    async def end_role(self, info: Info, key: Key) -> PowersPayload | None:
        info.context.scope.require("role.define", "")
        await end_role(info.context.session, info.context.scope, key)
        return _done(key)

    @mutation("staff.admit", description="Lets a member of the platform's staff in who asked.")
    async def approve_staff_entry(self, info: Info, entry: EntryId) -> PowersPayload | None:
        info.context.scope.require("staff.admit", "")
        await approve(info.context.session, info.context.scope, _id(entry))
        return _done(entry)

    @mutation("staff.admit", description="Ends or refuses an entry at once.")
    async def end_staff_entry(self, info: Info, entry: EntryId) -> PowersPayload | None:
        info.context.scope.require("staff.admit", "")
        await end_entry(info.context.session, info.context.scope, _id(entry))
        return _done(entry)


def _done(what: str) -> PowersPayload:
    return PowersPayload(done=what, errors=[])


def _id(given: str) -> uuid.UUID:
    """Raises `NotFound` for what is no id: said alike for every id that is not here."""
    try:
        return uuid.UUID(given)
    except ValueError as error:
        raise NotFound("not_found", Words("没有找到所请求的内容。", "What was asked for was not found.")) from error
