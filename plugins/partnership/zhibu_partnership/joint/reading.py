"""Joint activities as they are read here: our records, what the other sides say of them, invitations that wait for us."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.spaces.copies import copies_of, values_of
from zhibu_core.spaces.models import Space, SpaceCopy, SpaceParty
from zhibu_core.spaces.sending import subject_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_partnership.actions import READ_ACTIVITY, reach
from zhibu_partnership.joint.sharing import ACTIVITY, KIND
from zhibu_partnership.joint.words import KINDS, Agreed, Differing, differing
from zhibu_partnership.models import Activity, Answer

OVER = ("declined", "cancelled")
MOST_COPIES = 10_000
Here = tuple[Activity, Organization]


@dataclass(frozen=True)
class Theirs:
    """What another side says: `said` None where it has not answered, or where its copy may not be read any more."""

    party: uuid.UUID
    slug: str
    name: str
    state: str
    confirmed: str
    said: Agreed | None = None
    people: int | None = None


@dataclass(frozen=True)
class Joint:
    """One activity with all sides: in what they differ, side by side."""

    activity: Activity
    place: Organization
    sides: Sequence[Theirs]

    @property
    def ours(self) -> Agreed:
        """What we say."""
        return agreed_of(self.activity)

    @property
    def differences(self) -> list[tuple[Theirs, list[Differing]]]:
        """The sides that say otherwise, with the fields."""
        pairs = [(side, differing(self.ours, side.said)) for side in self.sides if side.said and side.state not in OVER]
        return [(side, found) for side, found in pairs if found]


@dataclass(frozen=True)
class Invitation:
    """An activity that another side has invited us to and that we have not answered."""

    copy: SpaceCopy
    series: uuid.UUID
    said: Agreed
    from_name: str
    space_title: str


def agreed_of(activity: Activity) -> Agreed:
    """The words of our record."""
    return Agreed(
        activity.title, tuple(activity.kinds), activity.held_on, activity.starts_at, activity.ends_at, activity.place,
        activity.summary,
    )  # fmt: skip


def said_in(copy: SpaceCopy) -> Agreed | None:
    """The words of a copy; None where they are none that a record can have, whatever product wrote them."""
    given: dict[str, Any] = values_of(copy, ACTIVITY)
    if not given.get("held_on"):
        return None
    kinds = tuple(kind for kind in KINDS if kind in (given.get("kinds") or ()))
    texts = {name: given.get(name) or "" for name in ("title", "starts_at", "ends_at", "place", "summary")}
    try:
        return Agreed(kinds=kinds, held_on=given["held_on"], **texts).tidy()
    except InvalidInput:
        return None


async def activities_of(
    session: AsyncSession,
    who: Scope,
    *,
    space_id: uuid.UUID | None = None,
    ids: Collection[uuid.UUID] | None = None,
    limit: int = 50,
) -> list[Here]:
    """Our records that the asker may read, the latest first (one statement)."""
    query = _here().where(readable(who)).order_by(Activity.held_on.desc(), Activity.id.desc()).limit(limit)
    if space_id is not None:
        query = query.where(Activity.space_id == space_id)
    if ids is not None:
        query = query.where(Activity.id.in_(ids))
    return [(one, place) for one, place in await session.execute(query)]


async def activity_of(session: AsyncSession, who: Scope, activity_id: uuid.UUID, *, locked: bool = False) -> Here:
    """One of our records; raises `NotFound` for any that the asker may not read."""
    query = _here().where(Activity.id == activity_id, readable(who))
    found = (await session.execute(query.with_for_update(of=Activity) if locked else query)).one_or_none()
    if found is None:
        raise not_found(Words("共同活动", "joint activity"), str(activity_id))
    return found[0], found[1]


async def joint_of(session: AsyncSession, who: Scope, activity_id: uuid.UUID) -> Joint:
    """One activity with what every other side says of it (four statements). Raises `NotFound`."""
    here = await activity_of(session, who, activity_id)
    return (await _joined(session, [here], await _copies(session, who, here[0].space_id, here[0].series)))[0]


async def joints_of(session: AsyncSession, who: Scope, activities: Sequence[Here]) -> list[Joint]:
    """The same for many of our records, in their order (three statements)."""
    if not activities:
        return []
    return await _joined(session, activities, await copies_of(session, who, kind=KIND, limit=MOST_COPIES))


async def _joined(session: AsyncSession, activities: Sequence[Here], copies: Sequence[SpaceCopy]) -> list[Joint]:
    ours, spaces = [one.id for one, _ in activities], {one.space_id for one, _ in activities}
    said = {(one.space_id, series_of(one), one.owner_tenant): one for one in reversed(copies)}
    found = await session.scalars(select(Answer).where(Answer.activity_id.in_(ours)))
    answers = {(one.activity_id, one.party): one for one in found}
    parties: dict[uuid.UUID, list[tuple[uuid.UUID, str, str]]] = {}
    query = select(SpaceParty.space_id, SpaceParty.party, SpaceParty.slug, SpaceParty.tenant_name)
    for space, party, slug, name in await session.execute(
        query.where(SpaceParty.space_id.in_(spaces), SpaceParty.is_own.is_(False)).distinct()
    ):
        parties.setdefault(space, []).append((party, slug, name))

    def side(activity: Activity, party: uuid.UUID, slug: str, name: str) -> Theirs:
        copy, answer = said.get((activity.space_id, activity.series, party)), answers.get((activity.id, party))
        state, confirmed = (answer.state, answer.digest) if answer else ("", "")
        words = (said_in(copy), copy.record.get("people")) if copy else (None, None)
        return Theirs(party, slug, name, state, confirmed, *words)

    return [
        Joint(one, place, [side(one, *party) for party in parties.get(one.space_id, ())]) for one, place in activities
    ]


def series_of(copy: SpaceCopy) -> uuid.UUID:
    """The activity that a copy is about; one that nothing has where it does not say."""
    try:
        return uuid.UUID(str(copy.record.get("series")))
    except ValueError:
        return uuid.UUID(int=0)


async def invitations_for(session: AsyncSession, who: Scope, *, space_id: uuid.UUID | None = None) -> list[Invitation]:
    """What other sides have invited us to and we have not answered, the newest first (three statements)."""
    return await _unanswered(session, await copies_of(session, who, space_id=space_id, kind=KIND, limit=MOST_COPIES))


async def invitation_to(session: AsyncSession, who: Scope, space_id: uuid.UUID, series: uuid.UUID) -> Invitation | None:
    """One of these (three statements); None where there is none, or it is answered."""
    found = await _unanswered(session, await _copies(session, who, space_id, series))
    return next(iter(found), None)


async def _unanswered(session: AsyncSession, said: Sequence[SpaceCopy]) -> list[Invitation]:
    copies = [one for one in said if one.record.get("state") == "invited"]
    spaces = {one.space_id for one in copies}
    if not spaces:
        return []
    ours = await session.execute(select(Activity.space_id, Activity.series).where(Activity.space_id.in_(spaces)))
    known = {(space, series) for space, series in ours}
    named = await session.execute(
        select(Space.id, SpaceParty.party, SpaceParty.tenant_name, Space.title)
        .join(SpaceParty, and_(SpaceParty.tenant_id == Space.tenant_id, SpaceParty.space_id == Space.id))
        .where(Space.id.in_(spaces))
    )
    names = {(space, party): (name, title) for space, party, name, title in named}
    found = []
    for copy in copies:
        series, words = series_of(copy), said_in(copy)
        if words and (copy.space_id, series) not in known and (copy.space_id, copy.owner_tenant) in names:
            found.append(Invitation(copy, series, words, *names[copy.space_id, copy.owner_tenant]))
    return found


async def copy_of(session: AsyncSession, who: Scope, activity: Activity, party: uuid.UUID) -> SpaceCopy | None:
    """What one side says of an activity, if it may be read."""
    copies = await _copies(session, who, activity.space_id, activity.series)
    return next((one for one in copies if one.owner_tenant == party), None)


async def _copies(session: AsyncSession, who: Scope, space_id: uuid.UUID, series: uuid.UUID) -> list[SpaceCopy]:
    """What each side says of an activity: one copy of each, found by the name that it has within the agreement."""
    subject = subject_of(space_id, KIND, series)
    copies = await copies_of(session, who, space_id=space_id, kind=KIND, subject=subject)
    return [one for one in copies if series_of(one) == series]


def _here() -> Select[Activity, Organization]:
    return select(Activity, Organization).join(
        Organization, and_(Organization.tenant_id == Activity.tenant_id, Organization.id == Activity.organization_id)
    )


def readable(who: Scope) -> ColumnElement[bool]:
    """Records of organizations at which the asker may read them; `Organization` is in the statement."""
    return in_subtrees(Organization.path, reach(who, READ_ACTIVITY))
