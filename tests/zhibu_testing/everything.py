"""Rows of every kind that reads show, beyond members and facts: meetings, agreements, offers, exports, sign-ins."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.exports.models import Export, ExportRecipient
from zhibu_core.identity.access import TenantRole
from zhibu_core.identity.models import Enrolment, Integrator
from zhibu_core.storage.models import File
from zhibu_core.tenancy.ids import new_id
from zhibu_orglife.models import Attendance, Meeting, Task
from zhibu_tenants.scim.models import DirectoryDay
from zhibu_testing.everything_shared import DAY, NOW, ODD, activity, entry, plan, space


@dataclass(frozen=True)
class Made:
    """The ids of nodes that were made, by tag."""

    nodes: Mapping[str, list[uuid.UUID]]


async def everything(session: AsyncSession, organizations: Mapping[str, Any], people: Mapping[str, Any]) -> Made:
    """A few rows of each kind, at different places of the tree, some of them with odd texts."""
    first, second = list(people.values())[:2]
    meetings = [
        await _meeting(session, organizations[code], people, state=state, kinds=kinds)
        for code, state, kinds in (
            ("111", "approved", ["theme_day", "party_lecture"]),
            ("111", "draft", ["member_meeting"]),
            ("112", "submitted", ["heart_talk"]),
            ("121", "approved", ["member_meeting"]),
        )
    ]
    spaces = [
        await space(session, organizations[code], state) for code, state in (("111", "in_force"), ("12", "proposed"))
    ]
    entries = [await entry(session, organizations[code], kind) for code, kind in (("111", "offer"), ("12", "need"))]
    activities = [await activity(session, organizations["111"], spaces[0])]
    await _exports(session, organizations["111"], first, second)
    await _sign_ins(session, first)
    goals, tasks = await plan(session, organizations["111"], spaces[0], second)
    await session.flush()
    return Made({"PP": [goals], "PW": tasks, "OM": meetings, "SP": spaces, "PE": entries, "PA": activities})


async def _meeting(
    session: AsyncSession, branch: Any, people: Mapping[str, Any], *, state: str, kinds: list[str]
) -> uuid.UUID:
    key = new_id()
    made = Meeting(
        id=key,
        series_id=key,
        organization_id=branch.id,
        grp=None,
        kinds=kinds,
        starts_at=NOW,
        ends_at=None,
        held_on=DAY,
        place="室",
        online=False,
        chair="甲",
        recorder="乙",
        topic=ODD,
        points="",
        resolution="",
        attachments=0,
        tasks=1,
        tasks_closed=0,
        submitted_on=None,
        state=state,
        version=1,
        replaces_id=None,
        reason="",
        duty_rule=None,
        duty_window=None,
        origin="recorded",
        digest=None,
        written_by=None,
        written_at=NOW,
        submitted_by=None,
        approved_by=None,
        approved_at=NOW if state == "approved" else None,
    )
    session.add(made)
    await session.flush()
    here = [one for name, one in people.items() if name.endswith(branch.code)]
    for number, one in enumerate(here):
        mark, word = ("leave", "病") if number else ("present", "")
        confirmed = NOW if number % 2 else None
        session.add(
            Attendance(
                id=new_id(),
                meeting_id=key,
                person_id=one.id,
                mark=mark,
                reason=word,
                marked_by=None,
                confirmed_at=confirmed,
                disputed=ODD if number == 1 else None,
            )
        )
    for owner, closed in ((here[0].id, DAY), (None, None)):
        session.add(Task(id=new_id(), meeting_id=key, text=ODD, owner_person_id=owner, due_on=DAY, closed_on=closed))
    for size, uploader in ((1, None), (1024, here[0].id), (5000, None)):
        digest = hashlib.sha256(b"%d" % size).hexdigest()
        session.add(
            File(
                id=new_id(),
                name="照片.png",
                size=size,
                sha256=digest,
                content_type="image/png",
                state="clean",
                refused_for=None,
                scanned_at=None,
                object_type="orglife.meeting",
                object_id=key,
                uploaded_by=uploader,
                uploaded_at=NOW,
                withdrawn_at=None if size < 5000 else NOW,
            )
        )
    return key


async def _exports(session: AsyncSession, place: Any, first: Any, second: Any) -> None:
    for number, (asker, state) in enumerate(((first, "waiting"), (second, "waiting"), (None, "ready"))):
        key = new_id()
        session.add(
            Export(
                id=key,
                number=f"X{number}{key.hex[-6:]}",
                kind="members",
                fields=["name"],
                filters={},
                place=place.name,
                paths=[place.path],
                purpose=ODD,
                format="csv",
                recipients=["甲"],
                line_count=1,
                person_count=1,
                is_sensitive=False,
                state=state,
                key=b"k" * 32,
                asked_by=asker.id if asker else None,
                asked_at=NOW,
                expires_on=dt.date(2036, 1, 1),
                is_approved=False,
                decided_by=None,
                decided_at=None,
                reason=None,
            )
        )
        await session.flush()
        file = None if number else new_id()
        rows = [{"id": new_id(), "export_id": key, "place": 0, "name": ODD, "key": b"k" * 32, "file_id": file}]
        session.add_all(ExportRecipient(**row, file_sha256=None, file_size=None) for row in rows)


async def _sign_ins(session: AsyncSession, first: Any) -> None:
    later = dt.datetime(2036, 1, 1, tzinfo=dt.UTC)
    session.add_all(
        [
            Enrolment(
                id=new_id(),
                person_id=first.id,
                code_hash=b"h" * 32,
                made_by=None,
                made_at=NOW,
                expires_at=later,
                used_at=None,
            ),
            Integrator(
                id=new_id(),
                name="hr",
                issuer="https://issuer.example.edu.cn",
                client_id=f"p-{uuid.uuid4()}",
                scopes=["member.read"],
                made_at=NOW,
                off_since=NOW,
                last_used_on=DAY,
            ),
            TenantRole(
                id=new_id(),
                key="helper",
                name_zh=ODD,
                name_en="helper",
                actions=["member.read"],
                made_by=None,
                made_at=NOW,
                ended_at=None,
            ),
            DirectoryDay(id=new_id(), client="hr", day=DAY, written=3, refused=1, last_at=NOW, last_refusal=ODD),
        ]
    )
