"""Organizational life in GraphQL: the type Meeting with roll and tasks, and `Organization.meetings`."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
import uuid
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_core.http.files import link_of, may_open
from zhibu_core.storage.models import File
from zhibu_graphql.context import Info
from zhibu_graphql.fields import additions, column, field, listing, object_type, one, part, plain
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Below, Connection, First
from zhibu_graphql.reading import read_from, read_one
from zhibu_graphql.reading.members import MEMBERS
from zhibu_graphql.reading.organizations import ORGANIZATIONS, OrganizationRecord
from zhibu_graphql.sql import rows_of
from zhibu_graphql.types.inputs import PeriodText, period_of
from zhibu_graphql.types.lazy import LazyMember, LazyOrganization
from zhibu_orglife.actions import READ, READ_ROLL, RECORD
from zhibu_orglife.evidence import files_of_records
from zhibu_orglife.listings import MEETINGS, TABLE, TAG, MeetingRecord
from zhibu_orglife.models import Task
from zhibu_orglife.reading import RollLine, rolls_of, tasks_of

USUAL_ROLL = 40
USUAL_TASKS = 5
USUAL_FILES = 5
MOST_KINDS = 16


@part(description="One person on the roll of a meeting.")
class RollEntry:
    name: str = plain("The person's name.")
    number: str | None = plain("The staff or student number.")
    confirmed: bool = plain("Whether the person agreed with the mark.")

    @field(description="The mark: present, late, online, leave, absent, makeup or leave_makeup.")
    def mark(self, root: RollLine) -> str:
        return root.attendance.mark

    @field(description="Why the person was on leave or absent.")
    def reason(self, root: RollLine) -> str:
        return root.attendance.reason

    @field(description="What the person says against the mark.")
    def disputed(self, root: RollLine) -> str | None:
        return root.attendance.disputed

    @field(description="The person as a member; null for who is none any more.")
    async def member(self, root: RollLine, info: Info) -> LazyMember | None:
        return await read_one(info, MEMBERS, root.attendance.person_id)


@part(description="Something that was agreed to be done.")
class MeetingTask:
    text: str = plain("What.")
    due_on: dt.date | None = plain("Until when.")
    closed_on: dt.date | None = plain("When it was done.")

    @field(description="By whom; null where nobody was named or the person is no member any more.")
    async def owner(self, root: Task, info: Info) -> LazyMember | None:
        return await read_one(info, MEMBERS, root.owner_person_id)


@part(description="A file on the record of a meeting, such as photos or the scanned minutes.")
class MeetingFile:
    name: str = plain("What it is called.")
    content_type: str = plain("What it is, found by its content.")
    sha256: str = plain("The SHA-256 of its content, in hexadecimal.")
    state: str = plain("waiting (for the virus scanner), clean or refused.")
    uploaded_at: dt.datetime = plain("When it was uploaded.")

    @field(description="How large it is, in KiB, rounded up.")
    def kibibytes(self, root: File) -> int:
        return -(-root.size // 1024)

    @field(description="Where it can be opened for some minutes; null while only the uploader may open it, or nobody.")
    def link(self, root: File, info: Info) -> str | None:
        context = info.context
        if not may_open(root, context.scope.person()):
            return None
        return link_of(context.platform, context.scope, context.prefix, root)[0]


@object_type(READ, description="One version of the record of one activity of organizational life.")
class Meeting(Node):
    tag: ClassVar[str] = TAG
    record: ClassVar[type] = MeetingRecord
    found_in: ClassVar[Any] = MEETINGS

    kinds: list[str] = plain(
        "What was held, such as `theme_day`; one activity may be of several kinds.", size=MOST_KINDS
    )
    state: str = column(TABLE.c.state, "planned, draft, submitted, approved (counts), replaced or withdrawn.")
    starts_at: dt.datetime = column(TABLE.c.starts_at, "When it begins.")
    ends_at: dt.datetime | None = column(TABLE.c.ends_at, "When it ends.")
    held_on: dt.date = column(TABLE.c.held_on, "The day, as the tenant counts it.")
    group: str | None = column(TABLE.c.grp, "The party group that meets, if one.")
    place: str = column(TABLE.c.place, "Where.")
    online: bool = column(TABLE.c.online, "Whether held online.")
    chair: str = column(TABLE.c.chair, "Who is in the chair.")
    recorder: str = column(TABLE.c.recorder, "Who writes.")
    topic: str = column(TABLE.c.topic, "What it is about.")
    points: str = column(TABLE.c.points, "What was said.")
    resolution: str = column(TABLE.c.resolution, "What was decided.")
    attachments: int = column(TABLE.c.attachments, "How many papers belong to it.")
    version: int = column(TABLE.c.version, "Which version of the record it is; a correction makes the next one.")
    reason: str = column(TABLE.c.reason, "Why it was corrected or withdrawn.")
    submitted_on: dt.date | None = column(TABLE.c.submitted_on, "The day on which the first version was handed in.")
    approved_at: dt.datetime | None = column(TABLE.c.approved_at, "When it was approved.")

    organization: LazyOrganization | None = one(ORGANIZATIONS, "organization_id", "Whose it is.", joined=True)

    @field(description="Who was there; only the own line for who may not read rolls.", size=USUAL_ROLL)
    async def roll(self, root: MeetingRecord, info: Info) -> list[RollEntry]:
        context = info.context

        async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, list[RollLine]]:
            async with context.turn() as session:
                return await rolls_of(session, context.scope, keys)

        return read_from(await context.load("orglife.roll", root.id, fetch) or [])

    @field(description="What was agreed to be done.", size=USUAL_TASKS)
    async def tasks(self, root: MeetingRecord, info: Info) -> list[MeetingTask]:
        context = info.context

        async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, list[Task]]:
            async with context.turn() as session:
                return await tasks_of(session, keys)

        return read_from(await context.load("orglife.tasks", root.id, fetch) or [])

    @field(READ_ROLL, description="Its files; null for who may not read rolls there.", size=USUAL_FILES)
    async def files(self, root: MeetingRecord, info: Info) -> list[MeetingFile] | None:
        context = info.context

        async def fetch(keys: list[uuid.UUID]) -> dict[uuid.UUID, list[File]]:
            async with context.turn() as session:
                return await files_of_records(session, keys)

        return read_from(await context.load("orglife.files", root.series_id, fetch) or [])

    @field(
        RECORD,
        description="Where a program begins an upload (docs/explanation/files.md); null for who may not record there.",
    )
    def upload_address(self, root: MeetingRecord, info: Info) -> str | None:
        return f"{info.context.prefix}/life/meetings/{root.id}/uploads"


@additions
class OrganizationFields:
    """What is added to Organization."""

    @listing(READ, description="Its meetings, the latest first.")
    def meetings(
        self,
        root: OrganizationRecord,
        first: First,
        after: After = None,
        below: Below = True,
        kind: Annotated[str | None, strawberry.argument(description="Only of this kind, such as `theme_day`.")] = None,
        period: PeriodText = None,
        state: Annotated[
            str | None, strawberry.argument(description="Only in this state; `approved` ones count.")
        ] = None,
    ) -> Connection[Meeting] | None:
        filters = {"kind": kind, "state": state, "period": period_of(period)}
        return rows_of(root, "below" if below else "at", MEETINGS, first, after, filters)
