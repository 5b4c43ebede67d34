"""Second attachments as they are read here: the list of both directions, one with both sides, and a member's own."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import not_found
from zhibu_core.ledger.models import Fact, FactEnd
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.spaces.cases.protocol import Standing, Step
from zhibu_core.spaces.cases.reading import party_names, standing_of, steps_of
from zhibu_core.spaces.copies import copies_of, read_copies
from zhibu_core.spaces.crossings import Crossing, crossings_about
from zhibu_core.spaces.models import SpaceCopy
from zhibu_core.spaces.sending import subject_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import READ_ATTACHMENT, reach
from zhibu_partnership.attachment.effects import RECORD_TYPE
from zhibu_partnership.attachment.models import Attachment, GuestMark
from zhibu_partnership.attachment.moves import LENDING, OFFERED, WITHDRAWN
from zhibu_partnership.attachment.sharing import KIND, MARK_KIND

ROWS = 50


@dataclass(frozen=True)
class Here:
    """A case with our organization in it; at home with the member's name, at the host with what the guest is called while it may be
    read. `other` is the other side's tenant.
    """

    case: SpaceCase
    place: Organization
    name: str
    other: str

    def is_overdue(self, today: dt.date) -> bool:
        """Whether the next step is late."""
        return self.case.due_on is not None and self.case.due_on < today


@dataclass(frozen=True)
class Attended:
    """How the member was at a meeting of the host branch."""

    held_on: dt.date
    mark: str


@dataclass(frozen=True)
class Whole:
    """One attachment as both sides know it: `theirs` is what the other side's record says, while it may be read."""

    here: Here
    ours: Attachment | None
    theirs: Mapping[str, Any]
    standing: Standing
    steps: Sequence[Step]
    crossings: Sequence[Crossing]
    attended: Sequence[Attended] = ()
    contacts: Sequence[tuple[dt.date, str]] = ()
    read: Sequence[SpaceCopy] = field(default_factory=tuple)

    def said(self) -> dict[str, str]:
        """Who, where from, where to, whom to ask and why: from our own row and, as long as it may be read, from theirs."""
        here, theirs = self.here, {key: str(value or "") for key, value in self.theirs.items()}
        ours = self.ours
        added = {"contact": ours.contact, "reach": ours.reach, "reason": ours.reason} if ours else {}
        if here.case.is_own:
            from_them = {key: theirs.get(key, "") for key in ("contact", "reach")}
            return {
                "name": here.name,
                "home": here.place.name,
                "host": theirs.get("branch", ""),
                "reason": "",
                **added,
                **from_them,
            }
        host = here.place.name if here.case.state not in (OFFERED, WITHDRAWN) else ""
        said = {"contact": "", "reach": "", **added, "reason": theirs.get("reason", "")}
        return {"name": here.name, "home": theirs.get("organization", ""), "host": host, **said}


async def attachments_of(
    session: AsyncSession, who: Scope, *, is_open: bool | None = None, limit: int = ROWS
) -> list[Here]:
    """Those that the asker may read, open ones first, what is due first in front (three statements)."""
    query = _here().where(in_subtrees(Organization.path, reach(who, READ_ATTACHMENT)))
    if is_open is not None:
        query = query.where(SpaceCase.is_open.is_(is_open))
    rows = await session.execute(
        query.order_by(SpaceCase.is_open.desc(), SpaceCase.due_on, SpaceCase.id.desc()).limit(limit)
    )
    return await _named(session, who, [(case, place, name) for case, place, name in rows])


async def case_of(session: AsyncSession, who: Scope, case_id: uuid.UUID) -> Here:
    """One of them (three statements); raises `NotFound` for any that the asker may not read."""
    query = _here().where(SpaceCase.id == case_id, in_subtrees(Organization.path, reach(who, READ_ATTACHMENT)))
    row = (await session.execute(query)).one_or_none()
    if row is None:
        raise not_found(Words("挂靠", "second attachment"), str(case_id))
    return (await _named(session, who, [(row[0], row[1], row[2])]))[0]


async def own_of(session: AsyncSession, who: Scope, person_id: uuid.UUID) -> list[Here]:
    """Those about one person of ours, the newest first; whoever calls it says that the asker may see them (three statements)."""
    query = _here().where(SpaceCase.person_id == person_id).order_by(SpaceCase.id.desc()).limit(ROWS)
    return await _named(session, who, [(case, place, name) for case, place, name in await session.execute(query)])


async def whole_of(session: AsyncSession, who: Scope, here: Here) -> Whole:
    """One with all that both sides said and what crossed (at most thirteen statements); `read` has the copies that were read."""
    case = here.case
    subject = subject_of(case.space_id, KIND, case.id)
    copies = await copies_of(session, _for_any(who), space_id=case.space_id, kind=KIND, subject=subject)
    theirs = [one for one in copies if one.owner_tenant == case.party]
    added: Attachment | None = await session.scalar(select(Attachment).where(Attachment.id == case.id))
    standing = await standing_of(session, LENDING, case)
    marks = await _marks(session, case)
    subjects = [subject, *(subject_of(case.space_id, MARK_KIND, one) if not case.is_own else one for one in marks)]
    return Whole(
        here, added, theirs[0].record if theirs else {}, standing, (await steps_of(session, [case.id]))[case.id],
        await crossings_about(session, subjects, limit=200), list(marks.values()), await _contacts(session, case), theirs,
    )  # fmt: skip


async def whole_for(session: AsyncSession, who: Scope, case_id: uuid.UUID) -> Whole:
    """One with all of it, for somebody who may read it where it is; raises `NotFound`."""
    return await whole_of(session, who, await case_of(session, who, case_id))


async def own_whole(session: AsyncSession, who: Scope, case_id: uuid.UUID) -> Whole:
    """The same for the person whom it is about; raises `NotFound` for anybody else's."""
    found = next((one for one in await own_of(session, who, who.person()) if one.case.id == case_id), None)
    if found is None:
        raise not_found(Words("挂靠", "second attachment"), str(case_id))
    return await whole_of(session, who, found)


async def noted(session: AsyncSession, who: Scope, whole: Whole) -> None:
    """Notes that the signed-in person read the other side's record; both sides' ledgers say so."""
    await read_copies(session, who, list(whole.read))


async def _marks(session: AsyncSession, case: SpaceCase) -> dict[uuid.UUID, Attended]:
    """The guest's marks: at the host by the mark's id, at home by the subject that its facts are named after."""
    if not case.is_own:
        rows = await session.scalars(select(GuestMark).where(GuestMark.case_id == case.id).order_by(GuestMark.held_on))
        return {row.id: Attended(row.held_on, row.mark) for row in rows}
    facts = await _facts(session, case, "attendance")
    return {one.record_id: Attended(one.happened_on, one.mark or "") for one in facts}


async def _contacts(session: AsyncSession, case: SpaceCase) -> list[tuple[dt.date, str]]:
    if not case.is_own:
        return []
    return [(one.happened_on, str((one.detail or {}).get("way", ""))) for one in await _facts(session, case, "contact")]


async def _facts(session: AsyncSession, case: SpaceCase, kind: str) -> list[Fact]:
    """The facts of ours that came of this case: those of the person while it ran."""
    last = dt.date.max if case.is_open else max(case.until_on, case.changed_at.date())
    ended = select(FactEnd.id).where(FactEnd.tenant_id == Fact.tenant_id, FactEnd.fact_id == Fact.id)
    query = select(Fact).where(
        Fact.person_id == case.person_id, Fact.kind == kind, Fact.record_type == RECORD_TYPE,
        Fact.happened_on.between(case.starts_on, last), ~ended.exists(),
    )  # fmt: skip
    return list(await session.scalars(query.order_by(Fact.happened_on, Fact.id)))


async def _named(
    session: AsyncSession, who: Scope, rows: Sequence[tuple[SpaceCase, Organization, str | None]]
) -> list[Here]:
    """The rows with the other sides' names, and the guests' where they may be read."""
    names = await party_names(session, [case for case, _, _ in rows])
    guests: dict[uuid.UUID, str] = {}
    if any(not case.is_own and case.is_open for case, _, _ in rows):
        copies = await copies_of(session, _for_any(who), kind=KIND, limit=1000)
        guests = {one.subject: str(one.record.get("name") or "") for one in reversed(copies)}
    return [
        Here(case, place, name or guests.get(subject_of(case.space_id, KIND, case.id), ""), names.get(case.party, ""))
        for case, place, name in rows
    ]


def _for_any(who: Scope) -> Scope:
    """Copies are asked for as the plugin itself: who may see them was decided by the case they are of."""
    return Scope(who.tenant, who.plugins)


def _here() -> Select[SpaceCase, Organization, str]:
    return (
        select(SpaceCase, Organization, Person.name)
        .join(
            Organization,
            and_(Organization.tenant_id == SpaceCase.tenant_id, Organization.id == SpaceCase.organization_id),
        )
        .outerjoin(Person, and_(Person.tenant_id == SpaceCase.tenant_id, Person.id == SpaceCase.person_id))
        .where(SpaceCase.kind == KIND)
    )
