"""What a record form is about: a duty, a planned meeting, a draft, a record to correct, or something new."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import NotFound
from zhibu_core.ledger.duties import Duty
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_orglife.access import meeting_not_found
from zhibu_orglife.actions import RECORD
from zhibu_orglife.keeping import roll_by_person, tasks_of_version
from zhibu_orglife.kinds import KINDS
from zhibu_orglife.models import Meeting
from zhibu_orglife.pages.bench import held_lately, meetings_between, serves
from zhibu_orglife.pages.duties import duty_named
from zhibu_orglife.pages.fields import Fields, from_meeting, from_proposal
from zhibu_orglife.pages.places import branch_named
from zhibu_orglife.pages.proposal import proposed, window_of
from zhibu_orglife.reading import meeting_seen
from zhibu_web.framing import AnyRequest

Mode = Literal["new", "planned", "draft", "correct"]
OPEN: dict[str, Mode] = {"planned": "planned", "draft": "draft"}


@dataclass(frozen=True)
class Sheet:
    """One form before anything is typed. `query` names it in the address; `origin`: where the proposal comes from;
    `fresh`: the id that the form has chosen for a record that nobody has kept yet.
    """

    branch: Organization
    fields: Fields
    mode: Mode
    query: str
    meeting: Meeting | None = None
    duty: Duty | None = None
    origin: str = ""
    fresh: uuid.UUID = field(default_factory=new_id)

    @property
    def draft_id(self) -> uuid.UUID | None:
        """The id that a new record gets at whichever is sent first, a change or the whole."""
        return self.fresh if self.mode == "new" else None

    @property
    def meeting_id(self) -> uuid.UUID | None:
        """The planned meeting or draft that the record completes, or the version to correct."""
        return self.meeting.id if self.meeting else None


async def sheet_asked_for(
    request: AnyRequest, session: AsyncSession, platform: Platform, who: Scope, draft_id: str = ""
) -> Sheet | None:
    """The form that the address names by `correct`, `meeting`, `duty`, or `org` and `kind`; None: choose a branch first.

    `draft_id` is the id that the form had when it was shown: where a draft was kept under it, that goes on. Raises
    `NotFound` alike for what is unknown, another tenant's, or out of reach.
    """
    query = request.query_params
    if named := query.get("correct") or query.get("meeting"):
        return await _of_meeting(session, who, named, correct="correct" in query)
    if key := query.get("duty"):
        duty, branch = await duty_named(session, platform, who, key, RECORD)
        return await _gone_on(session, await _of_duty(session, who, duty, branch), draft_id)
    found = await branch_named(session, who, query.get("org"), RECORD)
    if found is None:
        return None
    return await _gone_on(session, await _of_nothing(session, who, found, query.get("kind")), draft_id)


async def _gone_on(session: AsyncSession, sheet: Sheet, draft_id: str) -> Sheet:
    if sheet.mode != "new" or not draft_id:
        return sheet
    sheet = replace(sheet, fresh=meeting_id_of(draft_id))
    kept = await session.scalar(
        select(Meeting).where(Meeting.id == sheet.fresh, Meeting.organization_id == sheet.branch.id)
    )
    return sheet if kept is None else kept_as(sheet, kept)


def kept_as(sheet: Sheet, meeting: Meeting) -> Sheet:
    """The form of a draft once it is kept; the fields stay as they were typed."""
    return replace(sheet, mode="draft", meeting=meeting, query=f"meeting={meeting.id}", origin="record")


async def _of_meeting(session: AsyncSession, who: Scope, named: str, *, correct: bool) -> Sheet:
    meeting, branch = await meeting_seen(session, who, meeting_id_of(named))
    if not who.may(RECORD, branch.path):
        raise meeting_not_found()
    mode: Mode = "correct" if correct else OPEN.get(meeting.state, "correct")
    return await _kept(session, who, meeting, branch, mode)


async def _kept(session: AsyncSession, who: Scope, meeting: Meeting, branch: Organization, mode: Mode) -> Sheet:
    roll = await roll_by_person(session, meeting.id)
    tasks = await tasks_of_version(session, meeting.id)
    fields = from_meeting(who, meeting, roll, tasks)
    query = f"{'correct' if mode == 'correct' else 'meeting'}={meeting.id}"
    if mode == "planned" and (like := await held_lately(session, branch, who.today)):
        fields = replace(fields, recorder=like[0].recorder or fields.recorder)
    return Sheet(branch, fields, mode, query, meeting, origin="plan" if mode == "planned" else "record")


async def _of_duty(session: AsyncSession, who: Scope, duty: Duty, branch: Organization) -> Sheet:
    """A meeting planned for the duty whose day has come, or a draft, is what is recorded; else a proposal."""
    live = await meetings_between(session, branch, duty.opens_on, min(duty.due_on, who.today))
    kept = next((one for one in live if serves(one, duty) and one.state in OPEN), None)
    if kept is not None:
        return await _kept(session, who, kept, branch, OPEN[kept.state])
    held = await held_lately(session, branch, who.today)
    given = proposed(who, (duty.kind,), held, window_of(duty), ahead=False)
    fields = from_proposal((duty.kind,), duty.group, given)
    return Sheet(branch, fields, "new", f"duty={duty.key.text()}", None, duty, given.origin)


async def _of_nothing(session: AsyncSession, who: Scope, branch: Organization, kind: str | None) -> Sheet:
    kinds: Sequence[str] = (kind,) if kind in KINDS else ()
    held = await held_lately(session, branch, who.today)
    given = proposed(who, kinds, held, (who.today, who.today), ahead=False)
    query = f"org={branch.code}" + (f"&kind={kind}" if kinds else "")
    return Sheet(branch, from_proposal(kinds, None, given), "new", query, origin=given.origin)


def meeting_id_of(text: str) -> uuid.UUID:
    """An id in an address; raises `NotFound` for anything else."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound(
            "not_found",
            Words("没有找到这次活动。请核对后重试。", "There is no such meeting. Check it and try again."),
            field="meeting",
        ) from None
