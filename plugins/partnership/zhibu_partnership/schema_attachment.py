"""Second attachments in GraphQL: one with both sides and what crossed, and where they are read."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_core.spaces.cases.protocol import Step
from zhibu_graphql.context import Info
from zhibu_graphql.fields import additions, column, field, key, listing, object_type, one, part, plain
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Below, Connection, First
from zhibu_graphql.reading import read_from
from zhibu_graphql.reading.agreements import TAG as SPACE
from zhibu_graphql.reading.organizations import ORGANIZATIONS, OrganizationRecord
from zhibu_graphql.sql import rows, rows_of
from zhibu_graphql.types.crossing import Envelope
from zhibu_graphql.types.lazy import LazyOrganization
from zhibu_partnership.actions import READ_ATTACHMENT, READ_OWN_ATTACHMENT
from zhibu_partnership.attachment.listing import ATTACHMENTS, TABLE, TAG, AttachmentRecord
from zhibu_partnership.attachment.moves import LENDING
from zhibu_partnership.attachment.reading import noted, own_whole, whole_for

TOLD = "what the other side says is read out of its copy, and that somebody read it is told there"
MOST_STEPS, MOST_MARKS, MOST_LINES = 20, 50, 20
OpenOnly = Annotated[bool | None, strawberry.argument(description="Only open ones, or only those that came to an end.")]


@part(description="A step of one side, in the order in which the steps hold.")
class AttachmentStep:
    name: str = plain("offered, accepted, refused, withdrawn, hosted, returned, undone, lapsed or ended.")
    by: str = plain("Who took it; empty where the calendar did.")
    on: dt.date = plain("The day of what it says.")
    at: dt.datetime = plain("When it was written.")
    note: str = plain("What was said with it.")

    @field(description="In words.")
    def title(self, root: Step, info: Info) -> str:
        return LENDING.deed(root.name).of(info.context.locale)


@part(description="How the member was at a meeting of the host branch.")
class GuestAttendance:
    held_on: dt.date = plain("The day.")
    mark: str = plain("present, late, leave or absent.")


@part(description="What both sides know of a second attachment, as far as it may be read now.")
class AttachmentSides:
    name: str = plain("The member; empty at the host once it is over.")
    home: str = plain("The home branch.")
    host: str = plain("The host branch; empty until it has accepted.")
    contact: str = plain("Whom to ask at the host branch.")
    reach: str = plain("How to reach them.")
    reason: str = plain("Why the member is away.")
    steps: list[AttachmentStep] = plain("The steps that hold, the latest of them.", size=MOST_STEPS)
    attended: list[GuestAttendance] = plain("The member's attendance at the host, the latest of it.", size=MOST_MARKS)
    crossings: list[Envelope] = plain("What crossed in both directions last, and who read it.", size=MOST_LINES)


@object_type(
    READ_ATTACHMENT,
    READ_OWN_ATTACHMENT,
    description="A member who is with a host branch of another tenant for some months.",
)
class SecondAttachment(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = AttachmentRecord
    found_in: ClassVar[Any] = ATTACHMENTS

    state: str = column(TABLE.c.state, "The last step that holds.")
    is_own: bool = column(TABLE.c.is_own, "Whether the member is ours; else a guest.")
    is_open: bool = column(TABLE.c.is_open, "Whether it has not come to an end.")
    answer_by: dt.date = column(TABLE.c.answer_by, "Until when the host may answer.")
    starts_on: dt.date = column(TABLE.c.starts_on, "The first day.")
    until_on: dt.date = column(TABLE.c.until_on, "The last day.")
    due_on: dt.date | None = column(TABLE.c.due_on, "By when the next step is due.")

    organization: LazyOrganization | None = one(ORGANIZATIONS, "organization_id", "Our branch in it.", joined=True)
    agreement: strawberry.ID = key("space_id", "id", "The id of the agreement.", tag=SPACE)

    @field(description="What both sides say of it.", weight=10, computed=TOLD)
    async def sides(self, root: AttachmentRecord, info: Info) -> AttachmentSides | None:
        context = info.context
        async with context.turn() as session:
            reads_all = context.scope.may(READ_ATTACHMENT, root.path)
            whole = await (whole_for if reads_all else own_whole)(session, context.scope, root.id)
            await noted(session, context.scope, whole)
        said: Mapping[str, Any] = whole.said()
        return read_from(
            _Sides(said, whole.standing.steps[-MOST_STEPS:], whole.attended[-MOST_MARKS:], whole.crossings[:MOST_LINES])
        )


class _Sides:
    """What AttachmentSides is read from."""

    def __init__(self, said: Mapping[str, Any], steps: Any, attended: Any, crossings: Any) -> None:
        self.__dict__.update(said)
        self.steps, self.attended, self.crossings = steps, attended, crossings


@additions
class AttachmentFields:
    """What is added to Organization."""

    @listing(READ_ATTACHMENT, description="Members of its who are with a host, and guests of its, the newest first.")
    def second_attachments(
        self, root: OrganizationRecord, first: First, after: After = None, below: Below = True, is_open: OpenOnly = None
    ) -> Connection[SecondAttachment] | None:
        return rows_of(root, "below" if below else "at", ATTACHMENTS, first, after, {"is_open": is_open})


@additions
class AttachmentQuery:
    """The root field of second attachments."""

    @listing(
        READ_ATTACHMENT,
        READ_OWN_ATTACHMENT,
        description="Second attachments that the asker may read, the newest first.",
    )
    def second_attachments(
        self, first: First, after: After = None, is_open: OpenOnly = None
    ) -> Connection[SecondAttachment] | None:
        return rows(ATTACHMENTS, first, after, {"is_open": is_open})
