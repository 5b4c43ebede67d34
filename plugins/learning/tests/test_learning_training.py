"""Recording, correcting and withdrawing training; courses; what a person studied in a period."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden, InvalidInput, NotFound
from zhibu_core.ledger.duties import Reach
from zhibu_core.ledger.duties.learning import course_duties
from zhibu_core.ledger.rules import RuleBook, packs_of
from zhibu_core.periods import parse_period
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_learning.courses import CourseDraft, add_course
from zhibu_learning.models import Training
from zhibu_learning.overview import training_of
from zhibu_learning.training import TrainingDraft, correct_training, record_training, withdraw_training
from zhibu_learning.words import Form
from zhibu_testing.fixtures import Parties, all_powers

Q2 = parse_period("2026Q2")
SESSION = TrainingDraft(dt.date(2026, 4, 20), 6, "theory", "session", evidence="签到表")
COURSE = CourseDraft("K2602", "细则解读", "discipline", 3, dt.date(2026, 6, 30))


async def test_an_entry_becomes_a_fact_in_the_same_transaction(
    session: AsyncSession, university: Any, secretary: Scope, facts: Any
) -> None:
    person = university.teachers.people["李二"]
    entry = await record_training(session, secretary, person, SESSION)
    (fact,) = await facts(session, "training")
    assert (fact.person_id, fact.code, fact.happened_on, fact.quantity, fact.mark) == (
        person, "001001", dt.date(2026, 4, 20), 6.0, None,
    )  # fmt: skip
    assert (fact.record_type, fact.record_id, fact.source, fact.grade) == (
        "learning_training", entry.id, "learning", "recorded",
    )  # fmt: skip
    assert fact.detail == {
        "form": "session", "category": "theory", "confirmed": True, "evidence": "签到表", "counted": True,
    }  # fmt: skip
    topics = await session.scalars(
        text("select topic from jobs.outbox where tenant_id = :t and object_id = :o"),
        {"t": session.info["tenant"], "o": entry.id},
    )
    assert list(topics) == ["training.recorded"]


async def test_alike_entries_of_a_day_stand_beside_each_other(
    session: AsyncSession, university: Any, secretary: Scope
) -> None:
    person = university.teachers.people["李二"]
    entries = [await record_training(session, secretary, person, SESSION) for _ in range(2)]
    assert [entry.occurrence for entry in entries] == [1, 2]


@pytest.mark.parametrize(("form", "confirmed"), [("self_study", True), ("session", False)])
async def test_self_study_and_unconfirmed_entries_do_not_count(
    session: AsyncSession, university: Any, secretary: Scope, facts: Any, form: Form, confirmed: bool
) -> None:
    draft = replace(SESSION, form=form, confirmed=confirmed)
    await record_training(session, secretary, university.teachers.people["李二"], draft)
    (fact,) = await facts(session, "training")
    assert fact.detail["counted"] is False


async def test_a_correction_supersedes_the_fact(
    session: AsyncSession, university: Any, secretary: Scope, facts: Any
) -> None:
    entry = await record_training(session, secretary, university.teachers.people["李二"], SESSION)
    before = await facts(session, "training")
    await correct_training(session, secretary, entry.id, replace(SESSION, hours=4), reason="学时记错")
    after = await facts(session, "training")
    assert [fact.quantity for fact in after] == [4.0]
    ended = await session.execute(
        text("select reason, note from fact_end where tenant_id = :t and fact_id = :f"),
        {"t": session.info["tenant"], "f": before[0].id},
    )
    assert [tuple(row) for row in ended] == [("superseded", "学时记错")]


async def test_a_correction_of_nothing_leaves_the_fact(
    session: AsyncSession, university: Any, secretary: Scope, facts: Any
) -> None:
    entry = await record_training(session, secretary, university.teachers.people["李二"], SESSION)
    before = [fact.id for fact in await facts(session, "training")]
    await correct_training(session, secretary, entry.id, SESSION, reason="核对")
    assert [fact.id for fact in await facts(session, "training")] == before


async def test_a_withdrawn_entry_counts_no_more_and_cannot_be_corrected(
    session: AsyncSession, university: Any, secretary: Scope, facts: Any
) -> None:
    person = university.teachers.people["李二"]
    entry = await record_training(session, secretary, person, SESSION)
    await withdraw_training(session, secretary, entry.id, reason="重复登记")
    assert await facts(session, "training") == []
    assert (await training_of(session, secretary, person, Q2)).entries == ()
    with pytest.raises(InvalidInput, match="撤回"):
        await correct_training(session, secretary, entry.id, SESSION, reason="再改")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"day": dt.date(2026, 11, 1)}, "date_future"),
        ({"hours": 25}, "number_range"),
        ({"hours": 0}, "number_range"),
        ({"category": "sports"}, "category_unknown"),
        ({"form": "dance"}, "form_unknown"),
        ({"course": "K9999"}, "course_unknown"),
    ],
)
async def test_what_cannot_be_is_refused(
    session: AsyncSession, university: Any, secretary: Scope, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await record_training(session, secretary, university.teachers.people["李二"], replace(SESSION, **changes))
    assert refused.value.code == code


async def test_rights_hold_at_the_branch(session: AsyncSession, university: Any, secretary: Scope, acting: Any) -> None:
    student, teacher = university.students.people["张三"], university.teachers.people["李二"]
    with pytest.raises(Forbidden):
        await record_training(session, secretary, student, SESSION)
    with pytest.raises(Forbidden):
        await training_of(session, secretary, student, Q2)
    member = acting(teacher, "member", university.teachers.path)
    with pytest.raises(Forbidden):
        await record_training(session, member, teacher, SESSION)
    with pytest.raises(Forbidden):
        await training_of(session, member, university.teachers.people["王一"], Q2)
    assert (await training_of(session, member, teacher, Q2)).hours.target == 8
    with pytest.raises(NotFound):
        await training_of(session, secretary, new_id(), Q2)


async def test_a_course_is_required_below_its_organization(
    session: AsyncSession, university: Any, secretary: Scope, acting: Any, facts: Any
) -> None:
    organizer = acting(university.teachers.people["王一"], "organizer", "")
    await add_course(session, organizer, COURSE)
    await add_course(session, organizer, replace(COURSE, code="K2", organization_id=university.students.id))
    await add_course(session, organizer, replace(COURSE, code="K3", deadline=None))
    required = await facts(session, "course_required")
    assert [(f.mark, f.code, f.until_on, f.quantity, f.detail) for f in required] == [
        ("K2", "001002", dt.date(2026, 6, 30), 3.0, {"audience": "all", "type": "", "name": "细则解读"}),
        ("K2602", "001", dt.date(2026, 6, 30), 3.0, {"audience": "all", "type": "", "name": "细则解读"}),
    ]
    teacher, student = university.teachers.people["李二"], university.students.people["张三"]
    for person, codes in ((teacher, ["K2602"]), (student, ["K2", "K2602"])):
        overview = await training_of(session, organizer, person, Q2)
        assert [one.course.code for one in overview.open] == codes
    with pytest.raises(InvalidInput, match="已经有了"):
        await add_course(session, organizer, COURSE)
    with pytest.raises(Forbidden):
        await add_course(session, secretary, replace(COURSE, code="K4"))


async def test_a_course_is_a_duty_below_its_organization_only(
    session: AsyncSession, university: Any, acting: Any
) -> None:
    organizer = acting(university.teachers.people["王一"], "organizer", "")
    await add_course(session, organizer, replace(COURSE, code="K1", organization_id=university.students.id))
    await add_course(session, organizer, replace(COURSE, code="K2", organization_id=university.college.id))
    await add_course(session, organizer, replace(COURSE, code="K3"))
    version = RuleBook(packs_of("zhibu_learning")).versions("learning.required_course")[0]
    for reach in (Reach(), Reach(university.students.path), Reach(university.teachers.path)):
        found = await course_duties(session, version, reach, Q2, dt.date(2026, 5, 20))
        asked = {(duty.person_name, duty.window) for duty in found}
        everybody = {"王一": university.teachers, "李二": university.teachers, "张三": university.students}
        within = {name for name, place in everybody.items() if place.path.startswith(reach.path)}
        own = {("张三", "K1")} if "张三" in within else set()
        assert asked == {(name, code) for name in within for code in ("K2", "K3")} | own


@pytest.mark.parametrize(
    ("audience", "meant"),
    [
        ("全体党员", {"王一", "李二", "张三"}),
        ("支部委员", {"王一"}),
        ("预备党员", {"张三"}),
        ("学生党员", {"张三"}),
        ("来宾", set()),
    ],
)
async def test_a_course_is_required_of_its_audience(
    session: AsyncSession, university: Any, acting: Any, audience: str, meant: set[str]
) -> None:
    organizer = acting(university.teachers.people["王一"], "organizer", "")
    await add_course(session, organizer, replace(COURSE, audience=audience))
    people = university.teachers.people | university.students.people
    required = {name for name, one in people.items() if (await training_of(session, organizer, one, Q2)).courses}
    assert required == meant


async def test_hours_and_courses_of_a_period(session: AsyncSession, university: Any, acting: Any) -> None:
    organizer = acting(university.teachers.people["王一"], "organizer", "")
    await add_course(session, organizer, COURSE)
    person, student = university.teachers.people["王一"], university.students.people["张三"]
    early = replace(SESSION, day=dt.date(2026, 3, 2), form="online", hours=3, course="K2602", category="discipline")
    for draft in (
        SESSION,
        replace(SESSION, hours=5, category="skills"),  # the same list, shown twice: counts once
        replace(SESSION, hours=10, evidence="结业证书", form="certificate"),  # eight hours a day at most
        replace(SESSION, day=dt.date(2026, 5, 6), form="self_study"),
        early,
    ):
        await record_training(session, organizer, person, draft)
    overview = await training_of(session, organizer, person, Q2)
    assert (overview.hours.target, overview.hours.hours) == (14, 8)
    assert len(overview.entries) == 4
    assert [one.done_on for one in overview.done] == [early.day]
    assert not overview.open
    assert (await training_of(session, organizer, student, Q2)).hours.target == 3  # joined on 20 May: June alone


async def test_a_neighbour_sees_nothing(
    platform: Platform, parties: Parties, session: AsyncSession, university: Any, secretary: Scope
) -> None:
    person = university.teachers.people["李二"]
    entry = await record_training(session, secretary, person, SESSION)
    await session.commit()
    other: Scope = await all_powers(platform, parties.neighbour)
    async with platform.database.session(parties.neighbour.id) as beside:
        assert list(await beside.scalars(select(Training))) == []
        count = text("select count(*) from learning_training where tenant_id = :t")
        assert await beside.scalar(count, {"t": parties.home.id}) == 0
        with pytest.raises(NotFound):
            await withdraw_training(beside, other, entry.id, reason="越界")
        with pytest.raises(NotFound):
            await training_of(beside, other, person, Q2)
    async with platform.database.session(parties.home.id) as home:
        assert len(list(await home.scalars(select(Training)))) == 1
