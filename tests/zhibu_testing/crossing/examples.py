"""Objects of each kind that can be published, each field filled in one of them: what the table of who reads what is made from."""

import datetime as dt
import io
import uuid
from collections.abc import Mapping
from typing import Any

from zhibu_core.platform import Platform
from zhibu_core.spaces.declared import Shareable, shareables_for
from zhibu_core.storage.keeping import Belongs, keep_file
from zhibu_core.tenancy.ids import new_id
from zhibu_example.notes import NoteDraft, record_note
from zhibu_orglife.evidence import OBJECT
from zhibu_orglife.models import Attendance, Meeting
from zhibu_testing.agreeing import Side
from zhibu_testing.crossing.made import DAY, Made, Maker, Mark
from zhibu_testing.crossing.partnerships import activity, attachments, guest_mark, plan, task
from zhibu_testing.factories import member

AT = dt.datetime(2026, 10, 30, 7, tzinfo=dt.UTC)


async def _note(platform: Platform, side: Side, _: Side, __: uuid.UUID, mark: Mark) -> Made:
    async with platform.database.session(side.tenant.id) as session:
        draft = NoteDraft(side.branch.id, DAY, mark("book"), mark("thought"))
        return ((await record_note(session, side.who, draft)).id,)


async def _meeting(platform: Platform, side: Side, _: Side, __: uuid.UUID, mark: Mark) -> Made:
    key = new_id()
    plain: dict[str, Any] = dict.fromkeys(("chair", "recorder", "points", "reason"), "")
    async with platform.database.session(side.tenant.id) as session:
        someone = await member(session, "王一", side.branch)
        held = Meeting(
            id=key, series_id=key, organization_id=side.branch.id, kinds=["theme_day"], starts_at=AT,
            ends_at=AT + dt.timedelta(hours=1), held_on=DAY, place=mark("place"), online=False, topic=mark("topic"),
            resolution=mark("summary"), attachments=1, tasks=0, tasks_closed=0, state="approved", version=1, origin="recorded",
            written_at=AT, **plain,
        )  # fmt: skip
        session.add(held)
        await session.flush()
        session.add(Attendance(id=new_id(), meeting_id=key, person_id=someone.id, mark="present", reason=""))
    content = io.BytesIO(f"%PDF-1.4\n% {mark('files')}\n%%EOF\n".encode())
    await keep_file(platform, side.who, content, "照片.pdf", Belongs(OBJECT, key, "file.upload"))
    return (key,)


EXAMPLES: Mapping[str, Maker] = {
    "example.note": _note,
    "orglife.meeting": _meeting,
    "partnership.activity": activity,
    "partnership.plan": plan,
    "partnership.task": task,
    "partnership.attachment": attachments,
    "partnership.guest_mark": guest_mark,
}


def declared_everywhere(platform: Platform) -> dict[str, Shareable]:
    """Every kind that an installed plugin says can be published; raises `AssertionError` for one without an example."""
    declared = shareables_for(platform, frozenset(platform.host.switchable))
    missing = sorted(declared.keys() - EXAMPLES.keys())
    assert not missing, (
        f"{', '.join(missing)} can be published, and nobody looks at who reads it: "
        f"write an example for it in {__name__.replace('.', '/')}.py (EXAMPLES)"
    )
    return declared
