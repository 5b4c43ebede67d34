"""AuditEntry: one deed, by whom, on what, what for; names of fields, never their values."""

import datetime as dt
from typing import Annotated

import strawberry

from zhibu_graphql.fields import column, either, key, object_type, plain
from zhibu_graphql.reading.audit import ACTOR, ENTRY
from zhibu_graphql.reading.members import MEMBERS
from zhibu_graphql.reading.organizations import ORGANIZATIONS
from zhibu_graphql.sql import One
from zhibu_graphql.types.lazy import LazyMember, LazyOrganization

AuditSubject = Annotated[
    LazyMember | LazyOrganization,
    strawberry.union("AuditSubject", description="What an audit entry can be about, as it is today."),
]


@object_type("audit.read", "audit.read_own", description="One deed that was noted in the audit.")
class AuditEntry:
    at: dt.datetime = column(ENTRY.c.at, "When.")
    actor_name: str | None = column(ACTOR.c.name, "Who; null for a command, a job, or somebody no longer on record.")
    action: str = column(ENTRY.c.action, "The key of the permission under which it was done.")
    object_type: str = column(ENTRY.c.object_type, "What kind of object it concerned, such as `person`.")
    fields: list[str] = plain("The names of the fields that were read or changed.", size=10)
    purpose: str | None = column(ENTRY.c.purpose, "What for, where it was asked.")
    client: str = column(ENTRY.c.client, "Through what: `web`, `command`, or an integrator's name.")

    subject: AuditSubject | None = either(
        One(MEMBERS, "person_id"),
        One(ORGANIZATIONS, "organization_id"),
        description="What it concerned, if that is a member or an organization that the asker may read.",
    )
    id: strawberry.ID = key("id", "text", "The row, as `zhibu audit verify` names it.")
    object_id: strawberry.ID | None = key("object_id", "hex", "The object's key, the same in all rows about it.")
