"""The messages of second attachments and of a year's plan, each said once, and how a side stands with them."""

import uuid
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_core.spaces.cases.reading import open_matters
from zhibu_core.spaces.ending import revoke
from zhibu_core.tenancy.scope import Scope
from zhibu_partnership.attachment.marks import mark_guest
from zhibu_partnership.attachment.offering import Offer, offer
from zhibu_partnership.attachment.sharing import KIND, MARK_KIND
from zhibu_partnership.attachment.stepping import accept, give_back, receive, take_back
from zhibu_partnership.plan.goals import set_goals, take_over
from zhibu_partnership.plan.sharing import PLAN_KIND, TASK_KIND, asked_shares
from zhibu_partnership.plan.tasks import TaskDraft, add_task
from zhibu_partnership.plan.words import Goals
from zhibu_testing.agreeing import World
from zhibu_testing.crossing.made import DAY
from zhibu_testing.crossing.message import RECEIVING, Message
from zhibu_testing.factories import member
from zhibu_testing.fixtures import TODAY
from zhibu_testing.lending import ARRIVED, FROM, UNTIL, Lending, lending_in

PORTRAIT_OF_MATTERS = """
  with matter as (select * from space_case where tenant_id = :t and space_id = :space),
    plan as (select * from partnership_plan where tenant_id = :t and space_id = :space),
    task as (select * from partnership_task where tenant_id = :t and plan_id in (select id from plan))
  select 'case' as what, concat_ws(' ', state, is_open::text, (due_on is not null)::text, (tip_id is not null)::text) as which,
    count(*) from matter group by 2
  union all select 'step', concat_ws(' ', s.name, (s.side = :t)::text), count(*) from space_case_step s
    where s.tenant_id = :t and s.case_id in (select id from matter) group by 2
  union all select 'case audit', concat_ws(' ', action, purpose), count(*) from audit_entry
    where tenant_id = :t and object_id in (select id from matter) group by 2
  union all select 'attachment', concat_ws(' ', is_moved::text, (clock_id is not null)::text), count(*) from partnership_attachment
    where tenant_id = :t and id in (select id from matter) group by 2
  union all select 'member away', concat_ws(' ', m.is_mobile::text, (m.mobile_to is not null)::text), count(*) from membership m
    where m.tenant_id = :t and m.person_id in (select person_id from matter) group by 2
  union all select 'mark', mark, count(*) from partnership_guest_mark
    where tenant_id = :t and case_id in (select id from matter) group by 2
  union all select 'fact', concat_ws(' ', f.kind, f.mark, (select string_agg(e.reason, ',') from fact_end e
      where e.tenant_id = f.tenant_id and e.fact_id = f.id)), count(*) from fact f
    where f.tenant_id = :t and f.person_id in (select person_id from matter) group by 2
  union all select 'plan', concat_ws(' ', held, (agreed is not null)::text, agreed_on), count(*) from plan group by 2
  union all select 'task', concat_ws(' ', title, state), count(*) from task group by 2
  union all select 'event', topic, count(*) from jobs.outbox where tenant_id = :t and object_id in
    (select id from matter union all select id from plan union all select id from task) group by 2
  order by 1, 2"""


async def named_as_open(platform: Platform, session: AsyncSession, who: Scope, space: uuid.UUID) -> list[Any]:
    """The open cases of an agreement, as whoever looks at the list reads them."""
    listed = await open_matters(platform, session, who, limit=1000)
    return [("open", one.state_title.en, one.case.due_on) for one in listed if one.case.space_id == space]


async def _offered(lent: Lending) -> SpaceCase:
    asked = Offer(await lent.member(), FROM, UNTIL, "到企业实习")
    case: SpaceCase = await lent.do(lent.world.home, offer, lent.space, asked)
    return case


async def _offer(world: World) -> uuid.UUID:
    lent = await lending_in(world)
    await _offered(lent)
    return lent.space


async def _acceptance(world: World) -> uuid.UUID:
    lent = await lending_in(world)
    await lent.do(world.host, accept, (await lent.offered()).id, contact="李书记")
    return lent.space


async def _arrival(world: World) -> uuid.UUID:
    lent = await lending_in(world)
    case = await lent.offered()
    await lent.do(world.host, accept, case.id, contact="李书记")
    await lent.carry()
    await lent.do(world.host, receive, case.id, ARRIVED)
    return lent.space


async def _giving_back(world: World) -> uuid.UUID:
    lent = await lending_in(world)
    await lent.do(world.host, give_back, (await lent.hosted()).id)
    return lent.space


async def _undoing(world: World) -> uuid.UUID:
    """The host said that its guest went home, and takes that back: the member is away again."""
    lent = await lending_in(world)
    case = await lent.hosted()
    await lent.do(world.host, give_back, case.id)
    await lent.carry()
    await lent.do(world.host, take_back, case.id)
    return lent.space


async def _marked(world: World) -> Lending:
    lent = await lending_in(world)
    case, meeting = await lent.hosted(), await lent.held(DAY, "theme_day")
    await lent.do(world.host, mark_guest, case.id, meeting, "present")
    return lent


async def _mark(world: World) -> uuid.UUID:
    return (await _marked(world)).space


async def _end_while_hosted(world: World) -> uuid.UUID:
    """The host ends the agreement while the guest is there and one mark is counted."""
    lent = await _marked(world)
    await lent.carry()
    async with world.platform.database.session(world.host.tenant.id) as session:
        await revoke(session, world.host.who, lent.space, "基地关闭")
    return lent.space


async def _goals(world: World) -> uuid.UUID:
    space = await world.agreed(shares=asked_shares(), starts_on=DAY)
    async with world.platform.database.session(world.home.tenant.id) as session:
        await set_goals(world.platform, session, world.home.who, space, TODAY.year, Goals("共同学党史", held=2))
    return space


async def _goals_agreed(world: World) -> uuid.UUID:
    """The host says the same goals: both have agreed as soon as home hears it."""
    space = await _goals(world)
    await world.carry()
    async with world.platform.database.session(world.host.tenant.id) as session:
        await take_over(world.platform, session, world.host.who, space, TODAY.year)
    return space


async def _task(world: World) -> uuid.UUID:
    space = await world.agreed(shares=asked_shares(), starts_on=DAY)
    home, goals = world.home, Goals("共同学党史", held=2)
    async with world.platform.database.session(home.tenant.id) as session:
        plan = await set_goals(world.platform, session, home.who, space, TODAY.year, goals)
        someone = await member(session, "张一", home.branch)
    await world.carry()
    async with world.platform.database.session(home.tenant.id) as session:
        await add_task(world.platform, session, home.who, plan.id, TaskDraft("联系场馆", TODAY, someone.id))
    return space


MATTERS = {
    "offer of a member": Message(_offer, KIND),
    "acceptance": Message(_acceptance, KIND, "host", RECEIVING),
    "arrival": Message(_arrival, KIND, "host", (*RECEIVING, "heard"), "space.case.hosted"),
    "giving back": Message(_giving_back, KIND, "host", (*RECEIVING, "heard"), "space.case.returned"),
    "undoing": Message(_undoing, KIND, "host", (*RECEIVING, "heard"), "space.case.hosted"),
    "guest's mark": Message(_mark, MARK_KIND, "host"),
    "end while hosted": Message(_end_while_hosted, "core.closed", "host", (*RECEIVING, "heard"), "space.case.ended"),
    "goals": Message(_goals, PLAN_KIND, stops=RECEIVING),
    "goals agreed": Message(_goals_agreed, PLAN_KIND, "host", RECEIVING),
    "task": Message(_task, TASK_KIND, stops=RECEIVING),
}
"""The sender's halves are the same whatever it sends: one letter of a case and the mark are killed there as well."""
