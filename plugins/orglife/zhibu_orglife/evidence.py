"""Files on a record: photos, the scanned minutes, the sheet of signatures; they belong to all versions of the record."""

import uuid
from collections.abc import Iterable
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.organization.models import Organization
from zhibu_core.storage.keeping import Belongs, count_files, files_of, withdraw_file
from zhibu_core.storage.links import no_such_file
from zhibu_core.storage.models import File
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.access import meeting_for, meeting_not_found
from zhibu_orglife.actions import READ_ROLL, RECORD
from zhibu_orglife.kinds import HEART_TALK
from zhibu_orglife.models import Meeting
from zhibu_orglife.reading import meeting_seen

OBJECT: Final = "orglife.meeting"
MOST: Final = 30
"""Files of one record."""

OVER = ("replaced", "withdrawn")


async def record_to_read(session: AsyncSession, who: Scope, meeting_id: uuid.UUID) -> tuple[Meeting, Organization]:
    """The meeting, for somebody who may read its roll: files show who was there. Raises `NotFound` for anybody else."""
    meeting, branch = await meeting_seen(session, who, meeting_id)
    if not who.may(READ_ROLL, branch.path):
        raise meeting_not_found()
    return meeting, branch


async def record_to_fill(session: AsyncSession, who: Scope, meeting_id: uuid.UUID) -> Belongs:
    """What a new file of the meeting belongs to, for somebody who may record there.

    Raises `NotFound`, `Forbidden`, `Conflict` for a version that is over, `InvalidInput` for a talk or too many files.
    """
    meeting, _ = await meeting_for(session, who, meeting_id, RECORD)
    _refuse_over(meeting)
    belongs = belongs_to(meeting)
    if HEART_TALK in meeting.kinds:
        raise InvalidInput(
            "files_private",
            Words(
                "谈心谈话内容不公开，不能上传附件。",
                "What was said in a heart-to-heart talk stays private; files cannot be added.",
            ),
            field="files",
        )
    if await count_files(session, belongs) >= MOST:
        raise InvalidInput(
            "files_many",
            Words(f"一份记录最多 {MOST} 个附件。", f"A record has at most {MOST} files."),
            field="files",
        )
    return belongs


async def file_of_record(session: AsyncSession, who: Scope, meeting_id: uuid.UUID, file_id: uuid.UUID) -> File:
    """A file of a record that the asker may read; raises `NotFound`."""
    meeting, _ = await record_to_read(session, who, meeting_id)
    return await _file(session, meeting, file_id)


async def remove_file(session: AsyncSession, who: Scope, meeting_id: uuid.UUID, file_id: uuid.UUID) -> None:
    """Takes a file off the record; raises as `record_to_fill` does."""
    meeting, _ = await meeting_for(session, who, meeting_id, RECORD)
    _refuse_over(meeting)
    await withdraw_file(session, who, await _file(session, meeting, file_id), RECORD)


async def files_of_records(session: AsyncSession, series: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[File]]:
    """The files of each of these records, by the id of its first version."""
    return await files_of(session, OBJECT, list(series))


def belongs_to(meeting: Meeting) -> Belongs:
    """What files of a meeting name."""
    return Belongs(OBJECT, meeting.series_id, RECORD)


def takes_files(who: Scope, meeting: Meeting, branch: Organization) -> bool:
    """Whether the asker may add and remove files."""
    return who.may(RECORD, branch.path) and meeting.state not in OVER and HEART_TALK not in meeting.kinds


async def _file(session: AsyncSession, meeting: Meeting, file_id: uuid.UUID) -> File:
    query = select(File).where(File.id == file_id, File.object_type == OBJECT, File.withdrawn_at.is_(None))
    file = await session.scalar(query.where(File.object_id == meeting.series_id))
    if file is None:
        raise no_such_file()
    return file


def _refuse_over(meeting: Meeting) -> None:
    if meeting.state in OVER:
        raise Conflict(
            "meeting_over",
            Words(
                "这个版本已经失效，附件请加到最新的记录上。",
                "This version is not in force any more; add files to the latest one.",
            ),
            field="files",
        )
