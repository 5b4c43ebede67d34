"""The plugin in GraphQL: `Organization.readingNotes`, and the mutation that records one."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_core.errors import NotFound
from zhibu_core.words import Words
from zhibu_example.notes import NoteDraft, record_note
from zhibu_example.permissions import READ, WRITE
from zhibu_example.reading import NOTES, TABLE, NoteRecord
from zhibu_graphql.context import Context, Info
from zhibu_graphql.errors import UserError
from zhibu_graphql.fields import additions, column, field, listing, mutation, object_type, part, plain
from zhibu_graphql.ids import read_id
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Connection, First
from zhibu_graphql.reading import find, find_all, page_below, read_from, read_one
from zhibu_graphql.reading.organizations import ORGANIZATIONS, TAG, OrganizationRecord
from zhibu_graphql.types.organization import Organization


@object_type(READ, description="A book that an organization read together.")
class ReadingNote(Node):
    tag: ClassVar[str] = "EN"
    record: ClassVar[type] = NoteRecord

    read_on: dt.date = column(TABLE.c.read_on, "The day.")
    book: str = column(TABLE.c.book, "The book.")
    thought: str = column(TABLE.c.thought, "What people took from it.")

    @field(description="Who read it.")
    async def organization(self, root: NoteRecord, info: Info) -> Organization | None:
        return await read_one(info, ORGANIZATIONS, root.organization_id)

    @classmethod
    async def find(cls, context: Context, keys: list[uuid.UUID]) -> Mapping[uuid.UUID, Any]:
        """The notes of these ids that the asker may read, by one statement."""
        return await find_all(context, NOTES, keys)


@additions
class OrganizationFields:
    """What is added to Organization."""

    @listing(READ, description="What it read together, newest first.")
    async def reading_notes(
        self, root: OrganizationRecord, info: Info, first: First, after: After = None
    ) -> Connection[ReadingNote]:
        return await page_below(info, NOTES, "at", root.id, first, after)


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
