"""The plugin in GraphQL: `Organization.readingNotes`, and the mutation that records one."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_core.errors import NotFound
from zhibu_core.words import Words
from zhibu_example.notes import NoteDraft, record_note
from zhibu_example.permissions import READ, WRITE
from zhibu_example.reading import NOTES, TABLE, NoteRecord
from zhibu_graphql.context import Info
from zhibu_graphql.errors import UserError
from zhibu_graphql.fields import additions, column, listing, mutation, object_type, one, part, plain
from zhibu_graphql.ids import read_id
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Connection, First
from zhibu_graphql.reading import find, read_from
from zhibu_graphql.reading.organizations import ORGANIZATIONS, TAG, OrganizationRecord
from zhibu_graphql.sql import rows_of
from zhibu_graphql.types.organization import Organization


@object_type(READ, description="A book that an organization read together.")
class ReadingNote(Node):
    tag: ClassVar[str] = "EN"
    record: ClassVar[type] = NoteRecord
    found_in: ClassVar[Any] = NOTES

    read_on: dt.date = column(TABLE.c.read_on, "The day.")
    book: str = column(TABLE.c.book, "The book.")
    thought: str = column(TABLE.c.thought, "What people took from it.")

    organization: Organization | None = one(ORGANIZATIONS, "organization_id", "Who read it.", joined=True)


@additions
class OrganizationFields:
    """What is added to Organization."""

    @listing(READ, description="What it read together, newest first.")
    def reading_notes(
        self, root: OrganizationRecord, first: First, after: After = None
    ) -> Connection[ReadingNote] | None:
        return rows_of(root, "at", NOTES, first, after)


@strawberry.input(description="A note as somebody writes it down.")
class ReadingNoteInput:
    organization: strawberry.ID = strawberry.field(description="Whose note it is.")
    read_on: dt.date = strawberry.field(description="The day.")
    book: str = strawberry.field(description="The book; up to 100 characters.")
    thought: str = strawberry.field(default="", description="What people took from it.")


@part(description="The note that was recorded.")
class RecordReadingNotePayload:
    note: ReadingNote | None = plain("The note; null where it was not recorded.")
    errors: list[UserError] = plain("What was wrong with the input.", size=5)


Input = Annotated[ReadingNoteInput, strawberry.argument(name="input", description="The note.")]


@additions
class Mutations:
    """The root field of the plugin."""

    @mutation(WRITE, description="Records what an organization read together.")
    async def record_reading_note(self, info: Info, given: Input) -> RecordReadingNotePayload | None:
        context = info.context
        place = await find(context, ORGANIZATIONS, read_id(given.organization, TAG))
        if place is None:
            raise NotFound(
                "organization_unknown",
                Words("没有找到这个组织。请核对后重试。", "There is no such organization. Check it and try again."),
                field="organization",
            )
        draft = NoteDraft(place.id, given.read_on, given.book, given.thought)
        async with context.turn() as session:
            note = await record_note(session, context.scope, draft)
        context.forget()
        return RecordReadingNotePayload(note=read_from(await find(context, NOTES, note.id)), errors=[])
