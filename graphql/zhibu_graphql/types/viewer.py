"""Viewer: who is asking, in which tenant, on which day, with which roles."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt

from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.fields import field, listing, object_type, one, part, plain
from zhibu_graphql.paging import After, Connection, First
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.audit import ACCESSES
from zhibu_graphql.reading.exports import LISTING_ME
from zhibu_graphql.reading.members import MEMBERS
from zhibu_graphql.reading.organizations import ORGANIZATIONS
from zhibu_graphql.sql import rows
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

    organization: LazyOrganization | None = one(ORGANIZATIONS, "node_id", "The node; null for the whole tenant.")


@object_type(ACTION, description="Who is asking.")
class Viewer:
    @field(description="The name.")
    def name(self, root: Scope) -> str:
        return root.actor.name if root.actor else ""

    person: LazyMember | None = one(MEMBERS, Scope.person, "The person as a member; null for who is none.")

    @field(description="The roles in force.", size=10)
    def roles(self, root: Scope) -> list[HeldRole]:
        return read_from(root.grants)

    @listing("audit.read_own", description="What others did to or saw of the asker's own record, newest first.")
    def accesses(self, first: First, after: After = None) -> Connection[AuditEntry] | None:
        return rows(ACCESSES, first, after)

    @listing("audit.read_own", description="The exports that list the asker, newest first; never who else is in them.")
    def exports(self, first: First, after: After = None) -> Connection[Export] | None:
        return rows(LISTING_ME, first, after)

    @field(description="The tenant.")
    def tenant(self, root: Scope) -> Tenant:
        return read_from(root.tenant)

    @field(description="Today, as the tenant counts it.")
    def today(self, root: Scope) -> dt.date:
        return root.today

    @field(description="The plugins that are on.", size=20)
    def plugins(self, root: Scope) -> list[str]:
        return sorted(root.plugins)
