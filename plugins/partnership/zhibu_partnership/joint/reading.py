"""Joint activities as they are read here: our records, what the other sides say of them, invitations that wait for us."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import not_found
from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.spaces.copies import copies_of, values_of
from zhibu_core.spaces.models import Space, SpaceCopy, SpaceParty
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


def said_in(copy: SpaceCopy) -> Agreed:
    """The words of a copy."""
    given: dict[str, Any] = values_of(copy, ACTIVITY)
    kinds = tuple(kind for kind in KINDS if kind in (given.get("kinds") or ()))
    texts = {name: given.get(name) or "" for name in ("title", "starts_at", "ends_at", "place", "summary")}
    return Agreed(kinds=kinds, held_on=given["held_on"], **texts)


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
    copies = await copies_of(session, who, space_id=here[0].space_id, kind=KIND, limit=1000)
    return (await _joined(session, [here], copies))[0]


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
    parties: dict[uuid.UUID, dict[uuid.UUID, str]] = {}
    query = select(SpaceParty.space_id, SpaceParty.party, SpaceParty.tenant_name)
    for space, party, name in await session.execute(
        query.where(SpaceParty.space_id.in_(spaces), SpaceParty.is_own.is_(False)).distinct()
    ):
        parties.setdefault(space, {})[party] = name

    def side(activity: Activity, party: uuid.UUID, name: str) -> Theirs:
        copy = said.get((activity.space_id, activity.series, party))
        return _theirs(party, name, answers.get((activity.id, party)), copy)

    return [
        Joint(one, place, [side(one, party, name) for party, name in parties.get(one.space_id, {}).items()])
        for one, place in activities
    ]


async def differing_in(
    session: AsyncSession, who: Scope, activities: Sequence[Here], *, space_id: uuid.UUID | None = None
) -> dict[uuid.UUID, list[Words]]:
    """By our record the fields in which another side says otherwise, of records that are open (one statement)."""
    ours = {one.series: one for one, _ in activities if one.state in ("invited", "accepted", "one_sided")}
    if not ours:
        return {}
    found: dict[uuid.UUID, list[Words]] = {}
    for copy in await copies_of(session, who, space_id=space_id, kind=KIND, limit=1000):
        own = ours.get(series_of(copy))
        if own is not None and copy.space_id == own.space_id and copy.record.get("state") not in OVER:
            found.setdefault(own.id, []).extend(one.title for one in differing(agreed_of(own), said_in(copy)))
    return {key: titles for key, titles in found.items() if titles}


def series_of(copy: SpaceCopy) -> uuid.UUID:
    """The activity that a copy is about; one that nothing has where it does not say."""
    try:
        return uuid.UUID(str(copy.record.get("series")))
    except ValueError:
        return uuid.UUID(int=0)


async def invitations_for(session: AsyncSession, who: Scope, *, space_id: uuid.UUID | None = None) -> list[Invitation]:
    """What other sides have invited us to and we have not answered, the newest first (three statements)."""
    copies = [one for one in await copies_of(session, who, space_id=space_id, kind=KIND) if _invites(one)]
    spaces = {one.space_id for one in copies}
    if not spaces:
        return []
    known = set(await session.scalars(select(Activity.series).where(Activity.space_id.in_(spaces))))
    named = await session.execute(
        select(Space.id, SpaceParty.party, SpaceParty.tenant_name, Space.title)
        .join(SpaceParty, and_(SpaceParty.tenant_id == Space.tenant_id, SpaceParty.space_id == Space.id))
        .where(Space.id.in_(spaces))
    )
    names = {(space, party): (name, title) for space, party, name, title in named}
    found = []
    for copy in copies:
        series = series_of(copy)
        if series not in known and (copy.space_id, copy.owner_tenant) in names:
            found.append(Invitation(copy, series, said_in(copy), *names[copy.space_id, copy.owner_tenant]))
    return found


async def copy_of(session: AsyncSession, who: Scope, activity: Activity, party: uuid.UUID) -> SpaceCopy | None:
    """What one side says of an activity, if it may be read."""
    return next((one for one in await _copies(session, who, activity) if one.owner_tenant == party), None)


async def _copies(session: AsyncSession, who: Scope, activity: Activity) -> list[SpaceCopy]:
    copies = await copies_of(session, who, space_id=activity.space_id, kind=KIND, limit=1000)
    return [one for one in copies if series_of(one) == activity.series]


def _theirs(party: uuid.UUID, name: str, answer: Answer | None, copy: SpaceCopy | None) -> Theirs:
    state, confirmed = (answer.state, answer.digest) if answer else ("", "")
    if copy is None:
        return Theirs(party, name, state, confirmed)
    return Theirs(party, name, state, confirmed, said_in(copy), copy.record.get("people"))


def _invites(copy: SpaceCopy) -> bool:
    return copy.record.get("state") == "invited" and bool(copy.record.get("held_on"))


def _here() -> Select[Activity, Organization]:
    return select(Activity, Organization).join(
        Organization, and_(Organization.tenant_id == Activity.tenant_id, Organization.id == Activity.organization_id)
    )


def readable(who: Scope) -> ColumnElement[bool]:
    """Records of organizations at which the asker may read them; `Organization` is in the statement."""
    return in_subtrees(Organization.path, reach(who, READ_ACTIVITY))
