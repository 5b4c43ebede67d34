"""Viewer: who is asking, in which tenant, on which day, with which roles."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt

from zhibu_core.tenancy.scope import Grant, Scope
from zhibu_graphql.context import Info
from zhibu_graphql.fields import field, listing, object_type, part, plain
from zhibu_graphql.paging import After, Connection, First
from zhibu_graphql.reading import page, read_from, read_one
from zhibu_graphql.reading.audit import ACCESSES
from zhibu_graphql.reading.exports import LISTING_ME
from zhibu_graphql.reading.members import MEMBERS
from zhibu_graphql.reading.organizations import ORGANIZATIONS
from zhibu_graphql.types.audit import AuditEntry
from zhibu_graphql.types.export import Export
from zhibu_graphql.types.lazy import LazyMember, LazyOrganization

ACTION = "graphql.query"


@part(description="The university or enterprise.")
class Tenant:
    slug: str = plain("Its name in addresses.")
    name: str = plain("Its name.")


@object_type(ACTION, description="A role, held at a node of the tree and below it.")
class HeldRole:
    role: str = plain("The role's key: admin, organizer, secretary, member or auditor.")
    until: dt.date | None = plain("The last day, if it ends.")

    @field(description="The node; null for the whole tenant.")
    async def organization(self, root: Grant, info: Info) -> LazyOrganization | None:
        return await read_one(info, ORGANIZATIONS, root.node_id)


@object_type(ACTION, description="Who is asking.")
class Viewer:
    @field(description="The name.")
    def name(self, root: Scope) -> str:
        return root.actor.name if root.actor else ""

    @field(description="The person as a member; null for who is none.")
    async def person(self, root: Scope, info: Info) -> LazyMember | None:
        return await read_one(info, MEMBERS, root.person())

    @field(description="The roles in force.", size=10)
    def roles(self, root: Scope) -> list[HeldRole]:
        return read_from(root.grants)

    @listing("audit.read_own", description="What others did to or saw of the asker's own record, newest first.")
    async def accesses(
        self, root: Scope, info: Info, first: First, after: After = None
    ) -> Connection[AuditEntry] | None:
        del root
        return await page(info, ACCESSES, first, after)

    @listing("audit.read_own", description="The exports that list the asker, newest first; never who else is in them.")
    async def exports(self, root: Scope, info: Info, first: First, after: After = None) -> Connection[Export] | None:
        del root
        return await page(info, LISTING_ME, first, after)

    @field(description="The tenant.")
    def tenant(self, root: Scope) -> Tenant:
        return read_from(root.tenant)

    @field(description="Today, as the tenant counts it.")
    def today(self, root: Scope) -> dt.date:
        return root.today

    @field(description="The plugins that are on.", size=20)
    def plugins(self, root: Scope) -> list[str]:
        return sorted(root.plugins)
