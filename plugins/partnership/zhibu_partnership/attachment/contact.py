"""The home branch gets in touch with a member who is away: a fact that closes the running span and starts the next."""

import datetime as dt
import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.cases.keeping import case_locked
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import OFFER_ATTACHMENT, require
from zhibu_partnership.attachment.effects import CONTACT, RECORD_TYPE, SOURCE, attachment_of, start_span
from zhibu_partnership.attachment.moves import WAYS
from zhibu_partnership.attachment.reading import case_of


async def record_contact(session: AsyncSession, who: Scope, case_id: uuid.UUID, day: dt.date, way: str) -> SpaceCase:
    """Writes that we were in touch with our member on a day, and how (`WAYS`); the next contact is owed from then on.

    Raises `NotFound`, `Forbidden`, `Conflict` for whoever is not away, `InvalidInput` for a day before the last contact or to come.
    """
    here = await case_of(session, who, case_id)
    require(who, OFFER_ATTACHMENT, here.place.path)
    case, added = await case_locked(session, case_id), await attachment_of(session, case_id)
    if added is None or added.clock_id is None or added.clock_from is None:
        said = Words("这名党员现在不在外，不用登记联系。", "The member is not away: no contact is owed.")
        raise Conflict("not_away", said)
    if way not in WAYS:
        raise InvalidInput("way", Words("请选择联系方式。", "Choose how you were in touch."), field="way")
    if not added.clock_from <= day <= who.today:
        said = Words(
            f"{day}不在{added.clock_from}至{who.today}之间。",
            f"{day} is not between {added.clock_from} and {who.today}.",
        )
        raise InvalidInput("on", said, field="on")
    by = who.actor.person_id if who.actor else None
    made = FactDraft(
        CONTACT, case.organization_id, day, RECORD_TYPE, added.clock_id, person_id=case.person_id, detail={"way": way}
    )
    await write_facts(session, [made], source=SOURCE, written_by=by)
    await start_span(session, case, added, day, by)
    await note(session, who, OFFER_ATTACHMENT, RECORD_TYPE, case.id, fields=["contact"])
    await publish(session, "partnership.attachment.contacted", "space_case", case.id)
    return case
