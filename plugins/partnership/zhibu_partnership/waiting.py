"""What waits for somebody of ours: agreements to sign, invitations and goals to answer, joint activities to confirm or to settle."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.ending import OPEN as AGREED
from zhibu_core.spaces.models import Space
from zhibu_core.spaces.powers import SIGN
from zhibu_core.spaces.reading import waiting_for_own
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.actions import CONFIRM, RECORD
from zhibu_partnership.joint.reading import Joint, activities_of, invitations_for, joints_of
from zhibu_partnership.joint.stages import OPEN, stage_of
from zhibu_partnership.plan.answering import unanswered_goals

MOST = 50


@dataclass(frozen=True)
class Waiting:
    """Something to do: `path` below the tenant is where, `partner` with whom, `on` the day that it is about."""

    what: Literal["sign", "answer", "agree", "confirm", "settle"]
    title: str
    path: str
    partner: str
    on: dt.date | None = None


async def waiting_for(session: AsyncSession, who: Scope, joints: Sequence[Joint]) -> list[Waiting]:
    """What the asker may do about these activities, about agreements, invitations and goals of a year (seven statements)."""
    found: list[Waiting] = []
    if who.may(SIGN):
        for space, partners in await waiting_for_own(session, who):
            found.append(Waiting("sign", space.title, f"/together/spaces/{space.id}", " ".join(partners)))
    if who.may(RECORD):
        for one in await invitations_for(session, who):
            path = f"/partnership/invitations/{one.copy.space_id}/{one.series}"
            found.append(Waiting("answer", one.said.title, path, one.from_name, one.said.held_on))
    for plan in await unanswered_goals(session, who):
        path = f"/partnership/spaces/{plan.space_id}/plan/{plan.year}"
        found.append(Waiting("agree", f"{plan.title} {plan.year}", path, plan.partner))
    return [*found, *_to_confirm(who, joints)]


async def all_waiting(session: AsyncSession, who: Scope) -> list[Waiting]:
    """The same of everything that the asker may see (thirteen statements; one where no agreement is open)."""
    if await session.scalar(select(Space.id).where(Space.state.in_(AGREED)).limit(1)) is None:
        return []
    open_ones = [one for one in await activities_of(session, who, limit=MOST) if one[0].state in OPEN]
    return await waiting_for(session, who, await joints_of(session, who, open_ones))


def _to_confirm(who: Scope, joints: Sequence[Joint]) -> Iterator[Waiting]:
    for one in joints:
        stage, activity = stage_of(one, who.today), one.activity
        if stage not in ("confirm", "differs") or not who.may(CONFIRM, one.place.path):
            continue
        partners = " ".join(side.name for side in one.sides)
        path = f"/partnership/activities/{activity.id}"
        yield Waiting("settle" if stage == "differs" else "confirm", activity.title, path, partners, activity.held_on)
