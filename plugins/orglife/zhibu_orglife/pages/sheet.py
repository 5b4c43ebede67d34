"""What a record form is about: a duty, a planned meeting, a draft, a record to correct, or something new."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import NotFound
from zhibu_core.ledger.duties import Duty
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
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
    """One form before anything is typed. `query` names it in the address; `origin`: where the proposal comes from."""

    branch: Organization
    fields: Fields
    mode: Mode
    query: str
    meeting: Meeting | None = None
    duty: Duty | None = None
    origin: str = ""

    @property
    def meeting_id(self) -> uuid.UUID | None:
        """The planned meeting or draft that the record completes, or the version to correct."""
        return self.meeting.id if self.meeting else None


async def sheet_asked_for(request: AnyRequest, session: AsyncSession, platform: Platform, who: Scope) -> Sheet | None:
    """The form that the address names by `correct`, `meeting`, `duty`, or `org` and `kind`; None: choose a branch first.

    Raises `NotFound` alike for what is unknown, another tenant's, or out of reach.
    """
    query = request.query_params
    if named := query.get("correct") or query.get("meeting"):
        return await _of_meeting(session, who, named, correct="correct" in query)
    if key := query.get("duty"):
        duty, branch = await duty_named(session, platform, who, key, RECORD)
        return await _of_duty(session, who, duty, branch)
    found = await branch_named(session, who, query.get("org"), RECORD)
    return None if found is None else await _of_nothing(session, who, found, query.get("kind"))


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
        raise NotFound("not_found", "没有找到这次活动。请核对后重试。", field="meeting") from None
