"""Exports in GraphQL: asking for one, deciding on one, ending one early; the same deeds as the pages."""

import datetime as dt
import uuid
from typing import Annotated

import strawberry

from zhibu_core.errors import Conflict
from zhibu_core.exports.asking import approve, ask, refuse
from zhibu_core.exports.ending import end
from zhibu_core.exports.form import Asked, Plan, plan
from zhibu_core.exports.reading import no_such_export
from zhibu_core.tenancy.limits import REPORT
from zhibu_core.tenancy.session import give_time
from zhibu_core.words import Words
from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError
from zhibu_graphql.fields import (
    additions,
    all_of,
    column,
    field,
    first_of,
    key,
    mutation,
    object_type,
    opened,
    part,
    plain,
)
from zhibu_graphql.reading import read_one
from zhibu_graphql.reading.exports import ASKER, DECIDER, EXPORT
from zhibu_tenants.listings_exports import ENTRIES, FILES, PATH, R, mine, waiting

MAKE, APPROVE = "export.make", "export.approve"
SHOWN = 50
ExportKey = Annotated[strawberry.ID, strawberry.argument(description="The export's id.")]
Reason = Annotated[str, strawberry.argument(description="Why; up to 200 characters, read by who asked for it.")]


@strawberry.input(description="What narrows an export down.")
class ExportFilterInput:
    key: str = strawberry.field(description="Such as `status` or `since`.")
    value: str = strawberry.field(description="Its value; days as 2026-09-01.")


@strawberry.input(description="What is to be exported, what for, and for whom.")
class ExportInput:
    kind: str = strawberry.field(description="The key of what it is of, such as `members`.")
    purpose: str = strawberry.field(description="What for; kept in the register and read by those who are listed.")
    recipients: list[str] = strawberry.field(description="For whom, by name; each gets a file with a mark of its own.")
    fields: list[str] = strawberry.field(
        default_factory=list, description="The keys of the columns; none for all that are not sensitive."
    )
    organization: str = strawberry.field(
        default="", description="Code or name, with all below; empty for all in reach."
    )
    filters: list[ExportFilterInput] = strawberry.field(default_factory=list, description="What narrows it down.")
    days: int = strawberry.field(default=7, description="For how many days its files can be taken, up to 30.")
    format: str = strawberry.field(default="xlsx", description="`xlsx` or `csv`.")


@object_type(MAKE, description="What an export would hold today.")
class ExportPlan:
    place: str = plain("The organization, with everything below it.")
    lines: int = plain("How many lines.")
    persons: int = plain("How many persons.")
    is_sensitive: bool = plain("Whether a column is sensitive.")
    needs_approval: bool = plain("Whether a second person must agree before there is a file.")


@object_type(MAKE, APPROVE, description="A recipient's file of an export.")
class ExportFile:
    recipient: str = column(R.c.name, "For whom it is marked.")

    path: str | None = opened(PATH, "Where its asker takes it, with the same token; null while there is none.")


@object_type(MAKE, APPROVE, description="An export, for who asked for it or decides on it.")
class ExportEntry:
    id: strawberry.ID = key("id", "hex", "Its id.")
    number: str = column(EXPORT.c.number, "Its number, which stands in the file.")
    state: str = column(EXPORT.c.state, "`waiting`, `ready`, `refused`, `expired` or `ended`.")
    kind: str = column(EXPORT.c.kind, "The key of what it is of.")
    place: str = column(EXPORT.c.place, "The organization, with everything below it.")
    purpose: str = column(EXPORT.c.purpose, "What for.")
    person_count: int = column(EXPORT.c.person_count, "How many persons.")
    asked_by_name: str | None = column(ASKER.c.name, "Who asked for it; null for the operator at the machine.")
    decided_by_name: str | None = column(
        DECIDER.c.name, "Who decided, or ended it; null for nobody yet, or the operator."
    )
    reason: str | None = column(EXPORT.c.reason, "Why it was refused or ended.")
    expires_on: dt.date = column(EXPORT.c.expires_on, "The last day on which its files can be taken.")

    files: list[ExportFile] = all_of(FILES, "of", "Its files, one a recipient.", size=10)


@part(description="The export after a deed.")
class ExportPayload:
    export: ExportEntry | None = plain("The export; null where nothing was done.")
    errors: list[UserError] = plain("Why nothing was done.", size=5)


@additions
class ExportQuery:
    @field(
        MAKE,
        description="What an export would hold today; makes nothing.",
        computed="what an export holds is gathered by whoever offers its kind",
    )
    async def export_plan(self, info: Info, export: ExportInput) -> ExportPlan | None:
        context = info.context
        async with context.turn() as session:
            planned: Plan = await plan(context.platform, session, context.scope, _asked(export))
        return planned  # type: ignore[return-value]

    my_exports: list[ExportEntry] | None = first_of(
        ENTRIES, "The newest exports that one has asked for.", MAKE, size=SHOWN, filters=mine
    )
    exports_to_approve: list[ExportEntry] | None = first_of(
        ENTRIES, "The exports of others that wait for the asker's word.", APPROVE, size=SHOWN, filters=waiting
    )


@additions
class ExportMutation:
    @mutation(MAKE, description="Asks for an export; its files are made at once unless a second person must agree.")
    async def request_export(
        self,
        info: Info,
        export: ExportInput,
        persons: Annotated[
            int | None, strawberry.argument(description="How many `exportPlan` said; other numbers are refused.")
        ] = None,
    ) -> ExportPayload | None:
        context, asked = info.context, _asked(export)
        await give_time(context.session, REPORT)
        if persons is not None:
            counted = await plan(context.platform, context.session, context.scope, asked)
            if counted.persons != persons:
                raise Conflict("export_count", _CHANGED, field="persons")
        made = await ask(context.platform, context.session, context.scope, asked)
        return await _done(info, made.id)

    @mutation(APPROVE, description="Agrees to another's export, upon which its files are made; never by a program.")
    async def approve_export(self, info: Info, export: ExportKey) -> ExportPayload | None:
        context = info.context
        await give_time(context.session, REPORT)
        made = await approve(context.platform, context.session, context.scope, _id(export))
        return await _done(info, made.id)

    @mutation(APPROVE, description="Refuses another's export.")
    async def refuse_export(self, info: Info, export: ExportKey, reason: Reason) -> ExportPayload | None:
        refused = await refuse(info.context.session, info.context.scope, _id(export), reason.strip())
        return await _done(info, refused.id)

    @mutation(MAKE, APPROVE, description="Ends an export before its last day: its files cannot be taken any more.")
    async def end_export(self, info: Info, export: ExportKey, reason: Reason = "") -> ExportPayload | None:
        # Its objects are unreadable with their rows; the sweep of the night takes them from the store.
        ended, _names = await end(info.context.session, info.context.scope, _id(export), reason.strip())
        return await _done(info, ended.id)


_CHANGED = Words("人数已有变化。请重新查看后再申请。", "The number of persons has changed. Look again, then ask.")


def _asked(given: ExportInput) -> Asked:
    return Asked(
        kind=given.kind,
        purpose=given.purpose.strip(),
        recipients=tuple(filter(None, (name.strip() for name in given.recipients))),
        fields=tuple(given.fields),
        organization=given.organization.strip(),
        filters={one.key: one.value for one in given.filters},
        days=given.days,
        format=given.format,
    )


async def _done(info: Info, export_id: uuid.UUID) -> ExportPayload:
    info.context.forget()
    return ExportPayload(export=await read_one(info, ENTRIES, export_id), errors=[])


def _id(given: str) -> uuid.UUID:
    """Raises `NotFound` for what is no id: said alike for every id that is not here."""
    try:
        return uuid.UUID(given)
    except ValueError as error:
        raise no_such_export() from error
