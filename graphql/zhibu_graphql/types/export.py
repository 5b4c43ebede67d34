"""Export: what left, what for, to whom, and until when it can be taken; and what tracing a found file gives."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt

import strawberry

from zhibu_core.exports.tracing import Found
from zhibu_graphql.fields import column, field, key, object_type, plain
from zhibu_graphql.reading.exports import ASKER, DECIDER, EXPORT


@object_type("export.read", "audit.read_own", description="One export of personal data, as the register has it.")
class Export:
    number: str = column(EXPORT.c.number, "Its number, which stands in the file.")
    kind: str = column(EXPORT.c.kind, "The key of what it is of, such as `members`.")
    fields: list[str] = plain("The keys of the columns.", size=50)
    place: str = column(EXPORT.c.place, "The organization, with everything below it.")
    purpose: str = column(EXPORT.c.purpose, "What for.")
    format: str = column(EXPORT.c.format, "`csv` or `xlsx`.")
    recipients: list[str] = plain("Who got it, by name.", size=10)
    line_count: int = column(EXPORT.c.line_count, "How many lines.")
    person_count: int = column(EXPORT.c.person_count, "How many persons.")
    is_sensitive: bool = column(EXPORT.c.is_sensitive, "Whether a column is sensitive.")
    state: str = column(EXPORT.c.state, "`waiting`, `ready`, `refused` or `expired`.")
    asked_by_name: str | None = column(ASKER.c.name, "Who asked for it; null for the operator at the machine.")
    asked_at: dt.datetime = column(EXPORT.c.asked_at, "When.")
    expires_on: dt.date = column(EXPORT.c.expires_on, "The last day on which its files can be taken.")
    is_approved: bool = column(EXPORT.c.is_approved, "Whether a second person has agreed.")
    decided_by_name: str | None = column(DECIDER.c.name, "Who decided; null where nobody had to, or has yet.")
    reason: str | None = column(EXPORT.c.reason, "Why it was refused.")

    id: strawberry.ID = key("id", "hex", "Its id, as audit entries give it.")


@object_type("export.read", description="An export that a found file came from.")
class TracedExport:
    number: str = plain("The export's number.")
    recipient: str | None = plain("Whose file it was; null where that is not known.")
    witness: str = plain("`marks` or `lines`: what tells it.")
    agree: int = plain("How many marks, or lines, are the export's.")
    different: int = plain("Of how many.")

    @field(description="What was found and how sure it is.")
    def sentence(self, root: Found) -> str:
        return root.sentence().zh

    @field(description="Log2 of the greatest probability that somebody who never had the file is named.")
    def log2_chance(self, root: Found) -> float:
        return root.log2_chance
