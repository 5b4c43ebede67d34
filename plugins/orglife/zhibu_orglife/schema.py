"""Organizational life in GraphQL: the type Meeting with roll and tasks, and `Organization.meetings`."""

# mypy: disable-error-code=no-any-return
# Resolvers are typed by the schema and return the record that a type is read from.

import datetime as dt
from typing import Annotated, Any, ClassVar

import strawberry

from zhibu_graphql.fields import additions, all_of, column, listing, object_type, one, opened, part, plain
from zhibu_graphql.node import Node
from zhibu_graphql.paging import After, Below, Connection, First
from zhibu_graphql.reading.members import MEMBERS, P
from zhibu_graphql.reading.organizations import ORGANIZATIONS, OrganizationRecord
from zhibu_graphql.sql import rows_of
from zhibu_graphql.types.inputs import PeriodText, period_of
from zhibu_graphql.types.lazy import LazyMember, LazyOrganization
from zhibu_orglife.actions import READ, READ_ROLL, RECORD
from zhibu_orglife.listings import MEETINGS, TABLE, TAG, MeetingRecord
from zhibu_orglife.listings_below import FILES, LINK, ROLL, TASKS, UPLOAD, A, F, T

USUAL_ROLL = 40
USUAL_TASKS = 5
USUAL_FILES = 5
MOST_KINDS = 16


@part(description="One person on the roll of a meeting.")
class RollEntry:
    name: str = column(P.c.name, "The person's name.")
    number: str | None = column(P.c.number, "The staff or student number.")
    confirmed: bool = column(A.c.confirmed_at.is_not(None), "Whether the person agreed with the mark.")
    mark: str = column(A.c.mark, "The mark: present, late, online, leave, absent, makeup or leave_makeup.")
    reason: str = column(A.c.reason, "Why the person was on leave or absent.")
    disputed: str | None = column(A.c.disputed, "What the person says against the mark.")

    member: LazyMember | None = one(MEMBERS, "person_id", "The person as a member; null for who is none any more.")


@part(description="Something that was agreed to be done.")
class MeetingTask:
    text: str = column(T.c.text, "What.")
    due_on: dt.date | None = column(T.c.due_on, "Until when.")
    closed_on: dt.date | None = column(T.c.closed_on, "When it was done.")

    owner: LazyMember | None = one(
        MEMBERS, "owner_person_id", "By whom; null where nobody was named or the person is no member any more."
    )


@part(description="A file on the record of a meeting, such as photos or the scanned minutes.")
class MeetingFile:
    name: str = column(F.c.name, "What it is called.")
    content_type: str = column(F.c.content_type, "What it is, found by its content.")
    sha256: str = column(F.c.sha256, "The SHA-256 of its content, in hexadecimal.")
    state: str = column(F.c.state, "waiting (for the virus scanner), clean or refused.")
    uploaded_at: dt.datetime = column(F.c.uploaded_at, "When it was uploaded.")
    kibibytes: int = column(F.c.size, "How large it is, in KiB, rounded up.")

    link: str | None = opened(
        LINK, "Where it can be opened for some minutes; null while only the uploader may open it, or nobody."
    )


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

    roll: list[RollEntry] = all_of(
        ROLL, "of", "Who was there; only the own line for who may not read rolls.", size=USUAL_ROLL
    )
    tasks: list[MeetingTask] = all_of(TASKS, "of", "What was agreed to be done.", size=USUAL_TASKS)
    files: list[MeetingFile] | None = all_of(
        FILES, "of", "Its files; null for who may not read rolls there.", READ_ROLL, size=USUAL_FILES
    )

    upload_address: str | None = opened(
        UPLOAD,
        "Where a program begins an upload (docs/explanation/files.md); null for who may not record there.",
        RECORD,
    )


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
