"""AuditEntry: one deed, by whom, on what, what for; names of fields, never their values."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt

import strawberry

from zhibu_graphql.fields import column, field, object_type, plain
from zhibu_graphql.reading.audit import ACTOR, ENTRY, AuditRecord


@object_type("audit.read", "audit.read_own", description="One deed that was noted in the audit.")
class AuditEntry:
    at: dt.datetime = column(ENTRY.c.at, "When.")
    actor_name: str | None = column(ACTOR.c.name, "Who; null for a command, a job, or somebody no longer on record.")
    action: str = column(ENTRY.c.action, "The key of the permission under which it was done.")
    object_type: str = column(ENTRY.c.object_type, "What kind of object it concerned, such as `person`.")
    fields: list[str] = plain("The names of the fields that were read or changed.", size=10)
    purpose: str | None = column(ENTRY.c.purpose, "What for, where it was asked.")
    client: str = column(ENTRY.c.client, "Through what: `web`, `command`, or an integrator's name.")

    @field(description="The row, as `zhibu audit verify` names it.")
    def id(self, root: AuditRecord) -> strawberry.ID:
        return strawberry.ID(str(root.id))

    @field(description="The object's key, the same in all rows about it.")
    def object_id(self, root: AuditRecord) -> strawberry.ID | None:
        return strawberry.ID(root.object_id.hex) if root.object_id else None
