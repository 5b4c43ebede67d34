"""Heart-to-heart talks are private: those who took part see them, and those who keep the rolls; nobody else."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.scope import Scope
from zhibu_orglife.content import RollEntry
from zhibu_orglife.reading import visible_meetings
from zhibu_orglife.recording import record_meeting


async def test_a_talk_is_seen_by_its_pair_and_the_secretary(
    session: AsyncSession, branch: Any, secretary: Scope, acting: Callable[..., Scope]
) -> None:
    pair = (RollEntry(branch.people["王一"]), RollEntry(branch.people["李二"]))
    talk = await record_meeting(session, secretary, branch.minutes(kinds=("heart_talk",), roll=pair))
    for name, sees in (("李二", True), ("张三", False)):
        member = acting(branch.people[name], "member", branch.path)
        seen = [meeting.id for meeting, _ in await session.execute(visible_meetings(member))]
        assert (talk.id in seen) is sees
    seen = [meeting.id for meeting, _ in await session.execute(visible_meetings(secretary))]
    assert talk.id in seen
