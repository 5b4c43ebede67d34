"""What every change of a joint record ends with: kept here, noted in the audit, told to the other sides while the agreement holds."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.force import holding
from zhibu_core.spaces.models import SpaceParty
from zhibu_core.spaces.publishing import publish_records, version_in_force
from zhibu_core.spaces.reading import space_of
from zhibu_core.spaces.terms import Terms, terms_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import RECORD, require
from zhibu_partnership.joint.sharing import KIND, NEEDED
from zhibu_partnership.models import Activity

RECORD_TYPE = "partnership_activity"


async def keep(
    platform: Platform, session: AsyncSession, who: Scope, activity: Activity, topic: str, fields: Sequence[str]
) -> None:
    """Flushes, audits, publishes the event and tells the other sides, if the agreement holds; else it stays with us."""
    await session.flush()
    await note(session, who, RECORD, RECORD_TYPE, activity.id, fields=list(fields))
    await publish(session, f"partnership.activity.{topic}", RECORD_TYPE, activity.id)
    await tell(platform, session, who, activity)


async def tell(platform: Platform, session: AsyncSession, who: Scope, activity: Activity) -> bool:
    """Sends our record to the other sides as it is now; false where the agreement does not hold today."""
    version = await holding(session, who, activity.space_id)
    if version is None or terms_of(version.terms).share(KIND, who.tenant.slug) is None:
        return False
    await publish_records(platform, session, who, activity.space_id, KIND, [activity.id])
    return True


async def ground(
    session: AsyncSession, who: Scope, space_id: uuid.UUID, organization: str
) -> tuple[Terms, Organization]:
    """The terms under which something can be held together today, and our organization that does it.

    Raises `NotFound`, `Forbidden`, `Conflict` where the agreement does not hold today, `InvalidInput` where it does not
    name joint records, or for an organization that is no party.
    """
    space = await space_of(session, who, space_id)
    terms = terms_of((await version_in_force(session, who, space)).terms)
    share = terms.share(KIND, who.tenant.slug)
    if share is None or not {field.key for field in share.fields} >= NEEDED:
        said = Words(
            "协议没有约定共同活动。请先修改协议。", "The agreement does not name joint activities. Change it first."
        )
        raise InvalidInput("activity_not_agreed", said, field="space")
    place = await own_party(session, space_id, organization)
    require(who, RECORD, place.path)
    return terms, place


async def own_party(session: AsyncSession, space_id: uuid.UUID, organization: str) -> Organization:
    """Our organization of the agreement that has this code, or the first; raises `InvalidInput` for one that is no party."""
    query = (
        select(Organization)
        .join(
            SpaceParty,
            (SpaceParty.tenant_id == Organization.tenant_id) & (SpaceParty.organization_id == Organization.id),
        )
        .where(SpaceParty.space_id == space_id, SpaceParty.is_own, Organization.abolished_on.is_(None))
        .order_by(Organization.path)
    )
    own = [one for one in await session.scalars(query) if organization in ("", one.code)]
    if not own:
        said = Words(
            "本单位的这个组织不是协议方，或已撤销。", "That organization of ours is no party, or is abolished."
        )
        raise InvalidInput("organization", said, field="organization")
    return own[0]


def refuse_over(activity: Activity) -> None:
    """Raises `Conflict` for a record that is over: settled, closed, declined or cancelled."""
    if activity.state in ("settled", "declined", "cancelled"):
        said = Words("这条共同活动已经办结，不能再改。", "This joint activity is closed and cannot be changed.")
        raise Conflict("activity_closed", said)
