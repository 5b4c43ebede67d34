"""Rows of what tenants do together: agreements, what is offered and needed, joint activities."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.board import LISTED, Line, say
from zhibu_core.spaces.models import Space, SpaceParty, SpaceSignature, SpaceVersion
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.ids import new_id
from zhibu_partnership.models import Activity, Entry, Plan, Task

NOW = dt.datetime(2026, 5, 12, 6, 30, 0, 120, tzinfo=dt.UTC)
DAY = dt.date(2026, 5, 12)
ODD = '引"号\\ 与 😀\n行'


async def space(session: AsyncSession, place: Any, state: str) -> uuid.UUID:
    """An agreement with another tenant, in two versions, the first signed by both."""
    key, own, other, newest, older = new_id(), uuid.uuid4(), uuid.uuid4(), new_id(), new_id()
    signed = state == "in_force"
    session.add(
        Space(
            id=key,
            title=ODD,
            purpose="共建",
            state=state,
            opened_by=own,
            newest_id=newest,
            in_force_id=older if signed else None,
            starts_on=DAY,
            ends_on=DAY.replace(year=2027),
            opened_at=NOW,
            in_force_at=NOW if signed else None,
            closed_at=None,
            closed_by=None,
            closed_by_party=None,
            close_reason=None,
            erased_at=None,
            erased_count=None,
        )
    )
    await session.flush()
    for number, version in enumerate((older, newest), start=1):
        terms: dict[str, Any] = {
            "title": f"{ODD}{number}",
            "purpose": "共建",
            "parties": [],
            "shares": [],
            "starts_on": "2026-05-12",
            "ends_on": "2027-05-12",
            "review_on": None if number == 1 else "2026-12-01",
            "contacts": [],
        }
        session.add(
            SpaceVersion(
                id=version,
                space_id=key,
                number=number,
                based_on=None if number == 1 else older,
                terms=terms,
                digest=f"{number}" * 64,
                made_by_party=own,
                made_by="甲",
                made_at=NOW,
                note=ODD,
            )
        )
    for party, slug, is_own in ((other, "other", False), (own, "here", True)):
        session.add(
            SpaceParty(
                id=new_id(),
                space_id=key,
                party=party,
                slug=slug,
                tenant_name=slug,
                code="",
                name=ODD,
                is_own=is_own,
                organization_id=place.id if is_own else None,
                confirmed_at=None,
                confirmed_count=None,
            )
        )
    await session.flush()
    for party in (own, other):
        session.add(
            SpaceSignature(
                id=new_id(),
                space_id=key,
                version_id=older,
                party=party,
                digest="1" * 64,
                signer="甲",
                post="书记",
                person_id=None,
                second_factor=party == own,
                signed_at=NOW,
            )
        )
    return key


async def entry(session: AsyncSession, place: Any, kind: str) -> uuid.UUID:
    """An offer, which stands on the board, or a need, which does not."""
    key = new_id()
    said: dict[str, Any] = {
        "kind": kind,
        "category": "lecture",
        "title": ODD,
        "about": "",
        "place": "云汀 市",
        "starts_on": None,
        "ends_on": None,
        "capacity": 30 if kind == "offer" else None,
        "valid_until": dt.date(2036, 1, 1),
        "said_at": NOW,
    }
    session.add(Entry(id=key, organization_id=place.id, withdrawn_on=None, written_by=None, **said))
    if kind == "offer":
        session.add(TenantSetting(id=new_id(), key=LISTED, value={"value": True}))
        await session.flush()
        await say(session, [Line(key, place.name, place.code, **said)])
    return key


async def activity(session: AsyncSession, place: Any, space: uuid.UUID) -> uuid.UUID:
    """Our record of something held together."""
    key = new_id()
    session.add(
        Activity(
            id=key,
            space_id=space,
            series=new_id(),
            organization_id=place.id,
            is_host=True,
            state="accepted",
            title=ODD,
            kinds=["theme_day"],
            held_on=DAY,
            starts_at="14:30",
            ends_at="",
            place="室",
            summary="",
            people=3,
            recorded_on=None,
            reason="",
            confirmed_digest=None,
            confirmed_by=None,
            confirmed_at=None,
            settled_on=None,
            home_record_id=None,
            written_by=None,
        )
    )
    return key


async def plan(session: AsyncSession, place: Any, of: uuid.UUID, who: Any) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """What a year of a partnership is to bring, with a task that is open and one that is done."""
    key, tasks = new_id(), [new_id(), new_id()]
    session.add(
        Plan(id=key, space_id=of, year=2026, organization_id=place.id, aim=ODD, held=2, people=30, needs=1, offers=0)
    )
    await session.flush()
    for task, done in zip(tasks, (None, DAY), strict=True):
        said = {
            "title": ODD,
            "due_on": DAY,
            "done_on": done,
            "state": "done" if done else "open",
            "note": "",
            "reason": "",
        }
        session.add(Task(id=task, plan_id=key, organization_id=place.id, person_id=None if done else who.id, **said))
    return key, tasks
