"""Whatever is recorded, corrected, confirmed, approved and withdrawn: the facts in force are those of the last approved version."""

import contextlib
import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Conflict, Forbidden
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Actor, Scope
from zhibu_orglife.approving import approve_meeting, withdraw_meeting
from zhibu_orglife.attendance import confirm_attendance, dispute_attendance
from zhibu_orglife.content import Minutes, RollEntry
from zhibu_orglife.kinds import HEART_TALK, MARKS, THERE
from zhibu_orglife.models import Attendance, Meeting
from zhibu_orglife.recording import correct_meeting, record_meeting
from zhibu_testing.fixtures import Parties, all_powers

ACTS = ("record", "correct", "approve", "withdraw", "confirm", "dispute")
KIND_SETS = (("theme_day",), ("heart_talk",), ("party_class", "theme_day"), ("study",))


@dataclass(frozen=True)
class Step:
    """One act on one of the versions there are; `marks` and `kinds` are what a new version would say."""

    act: str
    target: int
    kinds: tuple[str, ...]
    marks: tuple[str, ...]
    person: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(ACTS),
        st.integers(0, 5),
        st.sampled_from(KIND_SETS),
        st.tuples(*[st.sampled_from(tuple(MARKS))] * 3),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=10,
)


class Undone(Exception):
    """Rolls an example back."""


@pytest.mark.parametrize("second_person", [False, True])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_the_ledger_holds_what_is_in_force_and_nothing_else(
    platform: Platform, parties: Parties, make_branch: Any, second_person: bool, steps: list[Step]
) -> None:
    powers = await all_powers(platform, parties.home)
    with contextlib.suppress(Undone):
        async with platform.database.session(parties.home.id) as session:
            branch = await make_branch(session, second_person=second_person)
            story = Story(session, powers, branch, second_person)
            for step in steps:
                await story.take(step)
                held = await _in_force(session)
                assert {record for record, *_ in held} == set(story.in_force.values())
                assert held == await _expected(session, story.in_force.values())
            raise Undone


class Story:
    """Takes steps, and keeps by itself which version of each record is in force."""

    def __init__(self, session: AsyncSession, powers: Scope, branch: Any, second_person: bool) -> None:
        self.session, self.powers, self.branch, self.second_person = session, powers, branch, second_person
        self.people = list(branch.people.values())[:3]
        self.in_force: dict[uuid.UUID, uuid.UUID] = {}
        self.versions: list[Meeting] = []

    def acting(self, place: int) -> Scope:
        return replace(self.powers, actor=Actor(self.people[place], "某人", "test"))

    async def take(self, step: Step) -> None:
        with contextlib.suppress(Conflict, Forbidden):
            await self._take(step)

    async def _take(self, step: Step) -> None:
        session, writer = self.session, self.acting(0)
        said: Minutes = self.branch.minutes(
            kinds=step.kinds,
            ends_at=None,
            roll=tuple(RollEntry(p, mark) for p, mark in zip(self.people, step.marks, strict=True)),
        )
        if step.act == "record" or not self.versions:
            day = said.starts_at - dt.timedelta(days=len(self.versions))
            self._handed_in(await record_meeting(session, writer, replace(said, starts_at=day)))
            return
        target = self.versions[step.target % len(self.versions)]
        if step.act == "correct":
            said = replace(said, starts_at=target.starts_at)
            self._handed_in(await correct_meeting(session, writer, target.id, said, reason="更正"))
        elif step.act == "approve":
            await approve_meeting(session, self.acting(1), target.id)
            self.in_force[target.series_id] = target.id
        elif step.act == "withdraw":
            await withdraw_meeting(session, writer, target.id, reason="撤回")
            if self.in_force.get(target.series_id) == target.id:
                del self.in_force[target.series_id]
        elif step.act == "confirm":
            await confirm_attendance(session, self.acting(step.person), target.id)
        else:
            await dispute_attendance(session, self.acting(step.person), target.id, "有误")

    def _handed_in(self, version: Meeting) -> None:
        self.versions.append(version)
        if not self.second_person:
            self.in_force[version.series_id] = version.id


async def _in_force(session: AsyncSession) -> list[tuple[Any, ...]]:
    rows = await session.execute(
        text(
            """select f.record_id, f.kind, f.person_id, f.mark, f.grade from fact f where f.tenant_id = :t and not exists
            (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id)"""
        ),
        {"t": session.info["tenant"]},
    )
    return sorted((tuple(row) for row in rows), key=repr)


async def _expected(session: AsyncSession, in_force: Iterable[uuid.UUID]) -> list[tuple[Any, ...]]:
    """Written anew from the conventions: what these versions say."""
    expected: list[tuple[Any, ...]] = []
    for meeting in await session.scalars(select(Meeting).where(Meeting.id.in_(list(in_force)))):
        expected += [(meeting.id, kind, None, None, "recorded") for kind in ("activity", *meeting.kinds)]
        for line in await session.scalars(select(Attendance).where(Attendance.meeting_id == meeting.id)):
            grade = "makeup" if "makeup" in line.mark else "confirmed" if line.confirmed_at else "recorded"
            expected.append((meeting.id, "attendance", line.person_id, line.mark, grade))
            if HEART_TALK in meeting.kinds and line.mark in THERE:
                expected.append((meeting.id, "talk", line.person_id, None, grade))
    return sorted(expected, key=repr)
