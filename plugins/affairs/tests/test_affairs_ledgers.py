"""Cases and dues as people keep them: recorded steps, an extended probation, who may see which amount."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_affairs.cases import case_view, extend_probation, record_step
from zhibu_affairs.ledger import dues_of
from zhibu_affairs.models import DevelopmentCase, DuesEntry
from zhibu_core.errors import Forbidden, InvalidInput, NotFound
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_testing.fixtures import Parties, all_powers

FIRST, SECOND = "001/001001/", "001/001002/"
STEPS = {
    "applied": dt.date(2023, 9, 1),
    "talk": dt.date(2023, 9, 20),
    "activist": dt.date(2024, 3, 1),
    "vote_on": dt.date(2025, 10, 15),
    "approved": dt.date(2025, 12, 1),
}


@pytest.fixture
async def case(session: AsyncSession, branches: dict[str, Any], person: Any) -> uuid.UUID:
    """The case of 王一 in the first branch, without a step."""
    one = DevelopmentCase(
        id=new_id(), person_id=(await person("王一")).id, organization_id=branches["001001"].id, note=""
    )
    session.add(one)
    await session.flush()
    return one.id


@pytest.fixture
async def secretary(branches: dict[str, Any], acting: Any, person: Any) -> Any:
    """李二, secretary of the first branch."""
    return acting((await person("李二")).id, "secretary", FIRST)


async def test_steps_are_recorded_judged_and_written_to_the_ledger(
    session: AsyncSession, case: uuid.UUID, secretary: Any, facts: Any
) -> None:
    for step, on in STEPS.items():
        await record_step(session, secretary, case, step, on)
    view = await case_view(session, secretary, case)
    assert view.judgement.state == "probationary"
    assert view.judgement.probation_end_on == dt.date(2026, 10, 15)
    assert [(timer.code, timer.due, timer.overdue) for timer in view.judgement.timers] == [
        ("DEV-OATH", dt.date(2026, 1, 1), True),
        ("DEV-FULL", dt.date(2026, 10, 15), True),
    ]
    written = await facts(session, "development.")
    assert {(f.kind.removeprefix("development."), f.happened_on) for f in written} == set(STEPS.items())
    assert {f.until_on for f in written} == {None}


async def test_a_moved_step_needs_a_reason_and_supersedes(
    session: AsyncSession, case: uuid.UUID, secretary: Any, facts: Any
) -> None:
    await record_step(session, secretary, case, "applied", dt.date(2026, 5, 10))
    with pytest.raises(InvalidInput, match="原因"):
        await record_step(session, secretary, case, "applied", dt.date(2026, 5, 11))
    await record_step(session, secretary, case, "applied", dt.date(2026, 5, 11), reason="日期抄错")
    (fact,) = await facts(session, "development.")
    assert (fact.happened_on, fact.mark) == (dt.date(2026, 5, 11), "2026")
    old = text("select happened_on from fact where tenant_id = :t and record_id = :r order by happened_on")
    days = list(await session.scalars(old, {"t": session.info["tenant"], "r": case}))
    assert days == [dt.date(2026, 5, 10), dt.date(2026, 5, 11)]


async def test_half_year_reviews_stand_beside_each_other_and_restart_the_timer(
    session: AsyncSession, case: uuid.UUID, secretary: Any, facts: Any
) -> None:
    await record_step(session, secretary, case, "activist", dt.date(2025, 9, 1))
    for on in (dt.date(2026, 3, 1), dt.date(2026, 9, 1)):
        await record_step(session, secretary, case, "half_year_review", on)
    assert len(await facts(session, "development.half_year_review")) == 2
    (timer,) = (await case_view(session, secretary, case)).judgement.timers
    assert (timer.code, timer.due) == ("DEV-HALF", dt.date(2027, 3, 1))


async def test_an_extension_moves_the_end_of_probation_once(
    session: AsyncSession, case: uuid.UUID, secretary: Any, facts: Any
) -> None:
    for step, on in STEPS.items():
        await record_step(session, secretary, case, step, on)
    with pytest.raises(InvalidInput, match="6 至 12"):
        await extend_probation(session, secretary, case, 5, reason="表现一般")
    await extend_probation(session, secretary, case, 6, reason="表现一般")
    with pytest.raises(InvalidInput, match="一次"):
        await extend_probation(session, secretary, case, 6, reason="再延")
    until = {f.kind: f.until_on for f in await facts(session, "development.") if f.until_on}
    assert until == {"development.vote_on": dt.date(2027, 4, 15)}
    judgement = (await case_view(session, secretary, case)).judgement
    assert (judgement.state, judgement.probation_end_on) == ("probation_extended", dt.date(2027, 4, 15))


@pytest.mark.parametrize(
    ("step", "on", "code"),
    [("dance", dt.date(2026, 1, 1), "step_unknown"), ("talk", dt.date(2026, 11, 1), "date_future")],
)
async def test_what_cannot_be_is_refused(
    session: AsyncSession, case: uuid.UUID, secretary: Any, step: str, on: dt.date, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await record_step(session, secretary, case, step, on)
    assert refused.value.code == code


async def test_cases_are_for_those_of_the_branch(
    session: AsyncSession, case: uuid.UUID, branches: dict[str, Any], acting: Any, person: Any
) -> None:
    other = acting((await person("李二")).id, "secretary", SECOND)
    with pytest.raises(Forbidden):
        await case_view(session, other, case)
    auditor = acting((await person("李二")).id, "auditor", "")
    assert (await case_view(session, auditor, case)).case.steps == {}
    with pytest.raises(Forbidden):
        await record_step(session, auditor, case, "applied", dt.date(2026, 1, 1))


@pytest.fixture
async def paid_once(session: AsyncSession, branches: dict[str, Any], person: Any) -> uuid.UUID:
    """王一 paid for June and nothing since; returns the person."""
    one: uuid.UUID = (await person("王一")).id
    for month in (6, 7, 8, 9):
        session.add(
            DuesEntry(
                id=new_id(), person_id=one, organization_id=branches["001001"].id, month=dt.date(2026, month, 1),
                due_fen=4500, paid_fen=4500 if month == 6 else None, way="",
            )
        )  # fmt: skip
    await session.flush()
    return one


async def test_amounts_are_for_the_member_and_the_treasurer(
    session: AsyncSession, paid_once: uuid.UUID, secretary: Any, acting: Any, person: Any
) -> None:
    own = acting(paid_once, "member", FIRST)
    for scope in (own, secretary):
        view = await dues_of(session, scope, paid_once)
        assert [entry.month.month for entry in view.entries] == [9, 8, 7, 6]
        assert (view.arrears.months, view.arrears.stage) == (3, "talk")
    colleague = acting((await person("李二")).id, "member", FIRST)
    auditor = acting((await person("李二")).id, "auditor", "")
    for scope in (colleague, auditor, acting((await person("李二")).id, "secretary", SECOND)):
        with pytest.raises(Forbidden):
            await dues_of(session, scope, paid_once)
    with pytest.raises(NotFound):
        await dues_of(session, secretary, new_id())


async def test_a_neighbour_finds_no_case(
    platform: Platform, parties: Parties, session: AsyncSession, case: uuid.UUID, paid_once: uuid.UUID
) -> None:
    await session.commit()
    scope = await all_powers(platform, parties.neighbour)
    async with platform.database.session(parties.neighbour.id) as beside:
        with pytest.raises(NotFound):
            await case_view(beside, scope, case)
        with pytest.raises(NotFound):
            await dues_of(beside, scope, paid_once)
        assert list(await beside.scalars(select(DevelopmentCase))) == []
