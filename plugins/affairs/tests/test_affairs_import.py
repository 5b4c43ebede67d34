"""The sheets 发展党员台账 and 党费台账 through the product's own import."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select, text

from zhibu_affairs.models import DevelopmentCase, DevelopmentStep, DuesEntry
from zhibu_core.organization.people import Membership, Person
from zhibu_core.organization.sealed import open_secrets
from zhibu_core.platform import Platform
from zhibu_testing.fixtures import Parties

DUES = {
    "姓名": "王一", "工号/学号": "T0001", "所在党支部": "化工学院第1党支部", "缴费类型": "月薪", "计算基数": "4500", "所属月份": "2026-10",
    "应交金额": "45.00", "实交金额": "45.00", "缴纳日期": "2026-10-12", "缴纳方式": "微信",
}  # fmt: skip
UNPAID = DUES | {"姓名": "李二", "工号/学号": "T0002", "所在党支部": "", "实交金额": "", "缴纳日期": "", "缴纳方式": ""}


@pytest.fixture
def applicant(number_of: Any) -> dict[str, str]:
    return {
        "姓名": "张三", "公民身份证号": number_of(7), "所在党支部": "化工学院第1党支部", "出生日期": "1990-01-01",
        "递交入党申请书日期": "2026-08-03", "派人谈话日期": "2026-08-20", "确定积极分子日期": "", "备注": "",
    }  # fmt: skip


@pytest.fixture
def world(tree_and_roster: dict[str, Any], applicant: dict[str, str], number_of: Any) -> dict[str, Any]:
    member = applicant | {"姓名": "王一", "公民身份证号": number_of(1), "派人谈话日期": "2026-09-30"}
    return {**tree_and_roster, "发展党员台账": [applicant, member], "党费台账": [DUES, UNPAID]}


async def test_cases_and_dues_become_rows_and_facts(
    platform: Platform, parties: Parties, importing: Any, world: dict[str, Any], facts: Any
) -> None:
    outcome = await importing(**world)
    assert (outcome.counts.new, outcome.wrong) == (9, 0)
    found = [finding.finding.code for sheet in outcome.reading.sheets for finding in sheet.findings]
    assert found == ["TALK1M"]
    async with platform.database.session(parties.home.id) as session:
        steps = await facts(session, "development.")
        names = {p.id: p.name for p in await session.scalars(select(Person))}
        assert {(names[f.person_id], f.kind, f.code, str(f.happened_on), f.mark, f.grade) for f in steps} == {
            ("张三", "development.applied", "001001", "2026-08-03", "2026", "imported"),
            ("王一", "development.applied", "001001", "2026-08-03", "2026", "imported"),
            ("张三", "development.talk", "001001", "2026-08-20", "2026", "imported"),
            ("王一", "development.talk", "001001", "2026-09-30", "2026", "imported"),
        }
        cases = {case.id for case in await session.scalars(select(DevelopmentCase))}
        assert {f.record_id for f in steps} == cases
        dues = await facts(session, "dues")
        assert {(names[f.person_id], f.code, f.happened_on, f.mark, f.quantity, f.detail) for f in dues} == {
            ("王一", "001001", dt.date(2026, 10, 1), "paid", None, None),
            ("李二", "001002", dt.date(2026, 10, 1), "unpaid", None, None),
        }


async def test_an_applicant_becomes_a_person_without_membership(
    platform: Platform, parties: Parties, importing: Any, world: dict[str, Any], number_of: Any
) -> None:
    await importing(**world)
    async with platform.database.session(parties.home.id) as session:
        people = {person.name: person for person in await session.scalars(select(Person))}
        assert set(people) == {"王一", "李二", "张三"}
        one = people["张三"]
        assert (one.sex, one.birth_on, one.number) == ("female", dt.date(1990, 1, 1), None)
        assert number_of(7).encode() not in (one.sealed or b"")
        cipher = platform.keyring.cipher(parties.home.id, "person.sealed")
        assert open_secrets(cipher, one.id, one.sealed).citizen_id == number_of(7)
        assert await session.scalar(select(Membership.id).where(Membership.person_id == one.id)) is None


async def test_a_second_import_changes_nothing(
    platform: Platform, parties: Parties, importing: Any, world: dict[str, Any], facts: Any
) -> None:
    await importing(**world)
    async with platform.database.session(parties.home.id) as session:
        before = [fact.id for fact in await facts(session, "d")]
    outcome = await importing(**world)
    assert (outcome.counts.new, outcome.counts.changed, outcome.counts.same) == (0, 0, 9)
    assert outcome.changes == []
    async with platform.database.session(parties.home.id) as session:
        assert [fact.id for fact in await facts(session, "d")] == before


async def test_what_changes_is_shown_and_supersedes(
    platform: Platform, parties: Parties, importing: Any, world: dict[str, Any], applicant: dict[str, str], facts: Any
) -> None:
    await importing(**world)
    later = applicant | {"姓名": "张珊", "派人谈话日期": "2026-08-21", "确定积极分子日期": "2026-10-20"}
    paid = UNPAID | {"实交金额": "20.00", "缴纳日期": "2026-10-30", "应交金额": "40.00"}
    outcome = await importing(发展党员台账=[later], 党费台账=[paid])
    assert outcome.counts.changed == 2
    assert {(c.sheet.profile.key, c.column, c.old, c.new) for c in outcome.changes} == {
        ("case", "name", "张三", "张珊"),
        ("case", "talk", dt.date(2026, 8, 20), dt.date(2026, 8, 21)),
        ("dues", "due_amount", 4500, 4000),
    }
    async with platform.database.session(parties.home.id) as session:
        one = select(DevelopmentCase).join(Person, Person.id == DevelopmentCase.person_id).where(Person.name == "张珊")
        case = await session.scalar(one)
        assert case is not None
        steps = [f for f in await facts(session, "development.") if f.record_id == case.id]
        assert [(f.kind, f.happened_on) for f in steps] == [
            ("development.applied", dt.date(2026, 8, 3)),
            ("development.talk", dt.date(2026, 8, 21)),
            ("development.activist", dt.date(2026, 10, 20)),
        ]
        assert sorted(f.mark for f in await facts(session, "dues")) == ["paid", "partly"]


async def test_the_roster_rules_over_a_members_name(
    platform: Platform, parties: Parties, importing: Any, world: dict[str, Any], person: Any
) -> None:
    world["发展党员台账"][1]["姓名"] = "王壹"
    outcome = await importing(**world)
    assert outcome.changes == []
    assert (await person("王一")).number == "T0001"


async def test_a_neighbour_gets_nothing(
    platform: Platform, parties: Parties, importing: Any, world: dict[str, Any]
) -> None:
    await importing(**world)
    async with platform.database.session(parties.neighbour.id) as session:
        for model in (DevelopmentCase, DevelopmentStep, DuesEntry, Person):
            assert list(await session.scalars(select(model))) == []
        for table in ("affairs_case", "affairs_step", "affairs_dues"):
            count = text(f"select count(*) from {table} where tenant_id = :t")
            assert await session.scalar(count, {"t": parties.home.id}) == 0
