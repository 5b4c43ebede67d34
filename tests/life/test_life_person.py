"""One person's data: given out whole, erased as far as rules allow, the neighbour's untouched."""

import datetime as dt
import json

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_affairs.models import DevelopmentCase
from zhibu_core.audit import AuditEntry
from zhibu_core.errors import InvalidInput
from zhibu_core.identity.models import Account, RoleGrant
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.organization.people import Membership, Person
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, open_secrets, sealed_columns
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_learning.models import Training
from zhibu_tenants.life.person_erasure import ERASED_NAME, erase_person
from zhibu_tenants.life.person_export import as_json, export_person
from zhibu_testing import factories
from zhibu_testing.fixtures import TODAY, Parties

SECRETS = PersonSecrets(citizen_id="990101199001011236", phone="19900001111", address="示例市示例路 1 号")


@pytest.fixture
async def person(platform: Platform, parties: Parties, session: AsyncSession) -> Person:
    branch = await factories.organization(session, "000", kind="branch")
    person = await factories.member(session, "示例丙", branch)
    await session.flush()
    person.native_place = "示例市"
    for column, value in sealed_columns(platform.keyring.cipher(parties.home.id, COLUMN), person.id, SECRETS).items():
        setattr(person, column, value)
    session.add_all(
        [
            Account(id=new_id(), issuer="https://issuer.example", subject="s-1", person_id=person.id),
            RoleGrant(id=new_id(), person_id=person.id, role="secretary", since=dt.date(2026, 1, 1)),
            Training(id=new_id(), person_id=person.id, organization_id=branch.id, day=TODAY, hours=2.0, category="", form="session",
                     form_name="集中培训", organiser="示例单位", evidence="签到表", course="", confirmed=True, occurrence=1),
            DevelopmentCase(id=new_id(), person_id=person.id, organization_id=branch.id, note="私下谈话"),
        ]
    )  # fmt: skip
    fact = FactDraft("training", branch.id, TODAY, "learning_training", new_id(), person_id=person.id, quantity=2.0)
    await write_facts(session, [fact], source="learning", written_by=None)
    await session.flush()
    return person


async def leave(session: AsyncSession, person: Person) -> None:
    await session.execute(update(Membership).where(Membership.person_id == person.id).values(until=TODAY))


async def test_everything_is_given_out(platform: Platform, session: AsyncSession, scope: Scope, person: Person) -> None:
    said = json.loads(as_json(await export_person(platform, session, scope, person)))
    assert said["本人信息"][0]["citizen_id"] == SECRETS.citizen_id
    assert said["登录账号"][0]["subject"] == "s-1"
    assert said["学习记录"][0]["evidence"] == "签到表"
    assert said["发展党员"][0]["note"] == "私下谈话"
    assert {"组织关系", "平台角色", "事实"} <= set(said)
    noted = await session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == person.id))
    assert "person.export" in set(noted)


async def test_a_current_member_is_refused_with_the_reason(
    platform: Platform, session: AsyncSession, scope: Scope, person: Person
) -> None:
    with pytest.raises(InvalidInput, match="组织关系转出"):
        await erase_person(platform, session, scope, person)
    assert await session.scalar(select(Account.id).where(Account.person_id == person.id))


async def test_of_a_former_member_the_file_stays_and_the_rest_goes(
    platform: Platform, parties: Parties, session: AsyncSession, scope: Scope, person: Person
) -> None:
    await leave(session, person)
    done = await erase_person(platform, session, scope, person)
    assert not done.whole
    assert {one.what.zh: one.number for one in done.kept} == {
        "党员档案": 1,
        "事实": 1,
        "学习记录": 1,
        "发展党员材料": 1,
    }
    assert all(one.why.zh and one.why.en for one in done.kept)
    cipher = platform.keyring.cipher(parties.home.id, COLUMN)
    assert (person.name, person.native_place) == ("示例丙", None)
    assert open_secrets(cipher, person.id, person.sealed) == PersonSecrets(citizen_id=SECRETS.citizen_id)
    assert await session.scalar(select(Account.id).where(Account.person_id == person.id)) is None
    grant = await session.scalar(select(RoleGrant).where(RoleGrant.person_id == person.id))
    assert grant is not None
    assert grant.until is not None
    assert grant.until < scope.today
    await session.flush()
    said = json.loads(as_json(await export_person(platform, session, scope, person)))
    text = json.dumps(said, ensure_ascii=False)
    assert not [word for word in ("19900001111", "示例路", "签到表", "私下谈话", "s-1") if word in text]


async def test_of_somebody_who_was_never_a_member_no_name_stays(
    platform: Platform, session: AsyncSession, scope: Scope
) -> None:
    applicant = await factories.person(session, "示例丁")
    await session.flush()
    done = await erase_person(platform, session, scope, applicant)
    assert (done.whole, done.kept) == (True, [])
    assert (applicant.name, applicant.sealed, applicant.number) == (ERASED_NAME, None, None)


async def test_the_neighbour_keeps_its_own(
    platform: Platform, parties: Parties, session: AsyncSession, scope: Scope, person: Person
) -> None:
    async with platform.database.session(parties.neighbour.id) as other:
        branch = await factories.organization(other, "000", kind="branch")
        twin = (await factories.member(other, "示例丙", branch)).id
    await leave(session, person)
    await erase_person(platform, session, scope, person)
    async with platform.database.session(parties.neighbour.id) as other:
        assert await other.scalar(select(Person.name).where(Person.id == twin)) == "示例丙"
        assert await other.scalar(select(Person.id).where(Person.id == person.id)) is None
