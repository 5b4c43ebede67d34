"""What a second attachment means at home while the member is away: the membership says where, and contact is owed every quarter."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.facts import FactDraft, end_facts, write_facts
from zhibu_core.organization.mobility import Whereabouts, move
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.spaces.cases.reading import party_names, standing_of
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.attachment.models import Attachment
from zhibu_partnership.attachment.moves import HOSTED, LENDING
from zhibu_partnership.attachment.sharing import KIND

SOURCE, RECORD_TYPE = "partnership", "partnership_attachment"
OWED, CONTACT = "contact_owed", "contact"
GRACE = dt.timedelta(days=90)
"""As the rule pack has it (domain.md 7.3): a span without contact that went beyond it was missed and stays so."""


async def settle(session: AsyncSession, who: Scope, case: SpaceCase) -> None:
    """Brings the membership and the running span into line with where the case stands; again changes nothing."""
    if not case.is_own or case.person_id is None:
        return
    added = await attachment_of(session, case.id)
    if added is None:
        return
    if case.state == HOSTED and not added.is_moved:
        await _away(session, who, case, added)
    elif case.state != HOSTED and added.is_moved:
        await _home(session, who, case, added)


async def settle_all(session: AsyncSession, who: Scope) -> None:
    """The same for every case of ours: after the plugin was off, or an archive was taken in."""
    cases = select(SpaceCase).where(SpaceCase.kind == KIND, SpaceCase.is_own).order_by(SpaceCase.id)
    for case in list(await session.scalars(cases)):
        await settle(session, who, case)


async def attachment_of(session: AsyncSession, case_id: uuid.UUID) -> Attachment | None:
    """What our side added to a case."""
    found: Attachment | None = await session.scalar(
        select(Attachment).where(Attachment.id == case_id).with_for_update()
    )
    return found


async def start_span(
    session: AsyncSession, case: SpaceCase, added: Attachment, day: dt.date, written_by: uuid.UUID | None
) -> None:
    """From this day on contact is owed anew; a fact starts the clock of the rule `partnership.contact`."""
    added.clock_id, added.clock_from = new_id(), day
    await session.flush()
    owed = FactDraft(OWED, case.organization_id, day, RECORD_TYPE, added.clock_id, person_id=case.person_id)
    await write_facts(session, [owed], source=SOURCE, written_by=written_by)


async def _away(session: AsyncSession, who: Scope, case: SpaceCase, added: Attachment) -> None:
    names = await party_names(session, [case])
    before = await move(session, who, _person(case), Whereabouts(True, names.get(case.party)))
    if before is not None:
        added.is_moved, added.was_mobile, added.was_mobile_to = True, before.is_mobile, before.mobile_to
    if added.clock_id is None:
        since = (await standing_of(session, LENDING, case)).day_of(HOSTED) or who.today
        await start_span(session, case, added, since, None)
    await session.flush()


async def _home(session: AsyncSession, who: Scope, case: SpaceCase, added: Attachment) -> None:
    await move(session, who, _person(case), Whereabouts(added.was_mobile, added.was_mobile_to))
    added.is_moved = False
    if added.clock_id is not None and added.clock_from is not None:
        if added.clock_from + GRACE >= who.today:
            await end_facts(session, [added.clock_id], "superseded", note="home again", ended_by=None)
        added.clock_id = added.clock_from = None
    await session.flush()


def _person(case: SpaceCase) -> uuid.UUID:
    if case.person_id is None:
        raise ValueError("a case of ours is about a person of ours")
    return case.person_id
