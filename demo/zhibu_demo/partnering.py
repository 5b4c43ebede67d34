"""What the two demo tenants do together, made by what the commands and pages call: offers, agreements, joint activities."""

import datetime as dt
import uuid
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.spaces.agreements import propose, sign
from zhibu_core.spaces.ending import revoke
from zhibu_core.spaces.lane import SpaceLane
from zhibu_core.spaces.models import Space
from zhibu_core.spaces.proposal import Other, Proposal
from zhibu_core.spaces.reading import whole_of
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_demo.lending import lend
from zhibu_demo.planning import answer_year, propose_years
from zhibu_demo.worlds import WORLDS
from zhibu_devissuer.personas import persona
from zhibu_partnership.attachment.sharing import asked_shares as lent_shares
from zhibu_partnership.drafts import EntryDraft
from zhibu_partnership.entries import write_entry
from zhibu_partnership.joint.inviting import accept, invite
from zhibu_partnership.joint.reading import activity_of
from zhibu_partnership.joint.recording import confirm, members_of
from zhibu_partnership.joint.sharing import asked_share
from zhibu_partnership.joint.words import Agreed
from zhibu_partnership.plan.sharing import asked_shares
from zhibu_partnership.publishing import decide_listing

T = TypeVar("T")
UNTIL = dt.date(2027, 3, 31)
THERE = 12
"""How many of each branch came."""

UNIVERSITY = (
    ("offer", "expert", "青年教师政策宣讲团", "可到企业宣讲，每次一小时。", "云汀省云汀市", 80),
    ("need", "internship", "学生党员暑期实习岗位", "需要机械、自动化方向的岗位。", "云汀省云汀市", 20),
)
ENTERPRISE = (
    ("need", "expert", "请高校教师宣讲全会精神", "面向一线车间党员。", "云汀省云汀市高新区", 60),
    ("offer", "internship", "装配车间实习岗位", "七月至八月，提供食宿。", "云汀省云汀市高新区", 30),
    ("offer", "base", "红色工业展馆", "可接待主题党日参观。", "云汀省云汀市高新区", 45),
)
HELD = Agreed("参观红色工业展馆联合主题党日", ("theme_day",), dt.date(2026, 10, 15), "14:30", "16:30", "衡岭红色工业展馆",
              "共同参观展馆，重温入党誓词，座谈产教融合。")  # fmt: skip
DIFFERING = Agreed(
    "联合志愿服务：社区家电维修", ("volunteering",), dt.date(2026, 10, 24), "09:00", "", "云汀社区服务中心", ""
)
COMING = Agreed("宣讲全会精神联合党课", ("party_class",), dt.date(2026, 11, 12), "15:00", "16:00", "装配车间会议室", "")


@dataclass(frozen=True)
class Side:
    """One tenant with the secretary of a branch and the administrator."""

    platform: Platform
    tenant: Tenant
    branch: Organization
    secretary: Scope
    admin: Scope

    async def do(self, work: Callable[..., Coroutine[Any, Any, T]], *given: Any, **more: Any) -> T:
        """Calls `work(platform, session, secretary, …)` in a transaction of the tenant."""
        async with self.platform.database.session(self.tenant.id) as session:
            return await work(self.platform, session, self.secretary, *given, **more)


async def make_partnership(platform: Platform) -> None:
    """An agreement in force with what is done under it, and one that was revoked; does nothing where there is one, or the plugin is off."""
    home, other = [await _side(platform, world.slug) for world in WORLDS]
    if not all("partnership" in side.secretary.plugins for side in (home, other)) or await home.do(_has_spaces):
        return
    for side, entries in ((home, UNIVERSITY), (other, ENTERPRISE)):
        await side.do(_say, side.branch.id, entries, side.admin)
    space = await _agree(
        home, other, "校企支部结对共建", "共同开展主题党日、党课和志愿服务", dt.date(2026, 9, 1), dt.date(2027, 6, 30)
    )
    over = await _agree(home, other, "暑期实习共建", "安排学生党员暑期实习", dt.date(2026, 6, 1), dt.date(2026, 12, 31))
    await other.do(_revoke, over, "实习已经结束")
    await _hold(home, other, space)
    await lend(home, other, space, _carry)


async def _hold(home: Side, other: Side, space: uuid.UUID) -> None:
    """One activity that both confirmed, one on which they differ, and one to come; a plan of the year."""
    ours = [(await home.do(invite, space, words)).id for words in (HELD, DIFFERING)]
    theirs = (await other.do(invite, space, COMING)).series
    await _carry(home.platform)
    answered = [(await other.do(accept, space, await home.do(_series, one))).id for one in ours]
    await home.do(accept, space, theirs)
    for activity in ours:
        await home.do(_confirm, activity, None)
    await other.do(_confirm, answered[0], None)
    elsewhere = Agreed(**(DIFFERING.values() | {"held_on": dt.date(2026, 10, 25)}))
    await other.do(_confirm, answered[1], elsewhere)
    await propose_years(home, space)
    await _carry(home.platform)
    await answer_year(other, space)
    await _carry(home.platform)


async def _agree(home: Side, other: Side, title: str, purpose: str, starts_on: dt.date, ends_on: dt.date) -> uuid.UUID:
    proposal = Proposal(
        title, purpose, (home.branch.code,), (Other(other.tenant.slug, other.branch.code, other.branch.name),), starts_on, ends_on,
        (asked_share(), *asked_shares(), *lent_shares()), review_on=min(UNTIL, ends_on),
    )  # fmt: skip
    space: uuid.UUID = (await home.do(propose, proposal)).id
    await _carry(home.platform)
    for side in (home, other):
        await side.do(_sign, space)
        await _carry(home.platform)
    return space


async def _side(platform: Platform, slug: str) -> Side:
    async with platform.database.system_session() as system:
        tenant = await find_tenant(system, slug)
    async with platform.database.session(tenant.id) as session:
        secretary, admin = await persona(session, tenant, "secretary"), await persona(session, tenant, "admin")
        branch = (await session.scalars(select(Organization).where(Organization.name == secretary.branch))).one()
        scopes = [
            await platform.scopes.scope(session, tenant, one.person_id, client="demo") for one in (secretary, admin)
        ]
    return Side(platform, tenant, branch, *scopes)


async def _carry(platform: Platform) -> None:
    lane = SpaceLane(platform)
    while await lane.run_once():
        pass


async def _has_spaces(_: Platform, session: AsyncSession, __: Scope) -> bool:
    return await session.scalar(select(Space.id).limit(1)) is not None


async def _say(
    _: Platform, session: AsyncSession, who: Scope, branch: uuid.UUID, entries: Sequence[tuple[Any, ...]], admin: Scope
) -> None:
    for kind, category, title, about, place, capacity in entries:
        await write_entry(
            session, who, EntryDraft(branch, kind, category, title, UNTIL, about, place, capacity=capacity)
        )
    await decide_listing(session, admin, listed=True)


async def _sign(_: Platform, session: AsyncSession, who: Scope, space: uuid.UUID) -> None:
    await sign(session, who, space, (await whole_of(session, who, space)).newest.id)


async def _revoke(_: Platform, session: AsyncSession, who: Scope, space: uuid.UUID, reason: str) -> None:
    await revoke(session, who, space, reason)


async def _series(_: Platform, session: AsyncSession, who: Scope, activity: uuid.UUID) -> uuid.UUID:
    return (await activity_of(session, who, activity))[0].series


async def _confirm(
    platform: Platform, session: AsyncSession, who: Scope, activity: uuid.UUID, agreed: Agreed | None
) -> None:
    _, place = await activity_of(session, who, activity)
    people = [one.id for one in await members_of(session, place)][:THERE]
    await confirm(platform, session, who, activity, people, agreed=agreed)
