"""A branch with members in the home tenant, and people who act in it."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.identity.permissions import CORE_ACTIONS, Policy
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership, Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Actor, Grant, Scope, Tenant
from zhibu_orglife.content import Minutes, RollEntry
from zhibu_testing.fixtures import Parties

HELD = dt.datetime(2026, 10, 20, 14, 0)
NAMES = ("王一", "李二", "张三", "赵四", "钱五")


@dataclass
class Branch:
    """A branch of the home tenant; `people` by name."""

    id: uuid.UUID
    path: str
    people: dict[str, uuid.UUID] = field(default_factory=dict)

    def minutes(self, **changes: Any) -> Minutes:
        """A complete record of a theme day: four there, 钱五 on leave."""
        roll = tuple(RollEntry(person) for name, person in self.people.items() if name != "钱五")
        said = Minutes(
            organization_id=self.id,
            kinds=("theme_day",),
            starts_at=HELD,
            ends_at=HELD + dt.timedelta(minutes=90),
            place="理学楼402室",
            chair="王一",
            topic="安全生产与党员责任区",
            roll=(*roll, RollEntry(self.people["钱五"], "leave", "出差")),
        )
        return replace(said, **changes)


async def add_branch(session: AsyncSession, code: str = "001", **traits: Any) -> Branch:
    """A branch with five full members."""
    made = Branch(new_id(), f"{code}/")
    session.add(
        Organization(
            **{
                "id": made.id, "code": code, "name": f"第{code}党支部", "short_name": "", "kind": "branch",
                "parent_id": None, "path": made.path, "founded_on": None, "founded_precision": "day",
                "abolished_on": None, "has_committee": True, "unit": "", "type": "教师", **traits,
            }
        )
    )  # fmt: skip
    await session.flush()
    for name in NAMES:
        made.people[name] = await add_member(session, made.id, name)
    return made


async def add_member(session: AsyncSession, organization_id: uuid.UUID, name: str, **traits: Any) -> uuid.UUID:
    """A full member of the organization since 2020."""
    person = Person(id=new_id(), name=name, sort_name=name)
    session.add(person)
    await session.flush()
    session.add(
        Membership(
            **{
                "id": new_id(), "person_id": person.id, "organization_id": organization_id, "member_class": "full_member",
                "status": "normal", "joined_on": dt.date(2020, 7, 1), "is_lost": False, "is_mobile": False,
                "is_exempt": False, "party_post_precision": "day", "since": dt.date(2020, 7, 1), **traits,
            }
        )
    )  # fmt: skip
    await session.flush()
    return person.id


@pytest_asyncio.fixture(loop_scope="session")
async def branch(session: AsyncSession) -> Branch:
    """The branch that most tests are about."""
    return await add_branch(session)


@pytest.fixture
def make_branch() -> Callable[..., Any]:
    """Adds a branch to a session's tenant, and says whether records need a second person."""

    async def make(session: AsyncSession, *, second_person: bool = False, **traits: Any) -> Branch:
        await ask_for_second_person(session, second_person)
        return await add_branch(session, **traits)

    return make


async def ask_for_second_person(session: AsyncSession, value: bool) -> None:
    """Sets whether a second person approves."""
    found = (await session.scalars(select(TenantSetting).where(TenantSetting.key == "approval.second_person"))).one()
    found.value = {"value": value}
    await session.flush()


@pytest.fixture
def acting(platform: Platform, parties: Parties) -> Callable[..., Scope]:
    """Makes scopes: `acting(person, "secretary", branch.path)`."""

    def scope(person: uuid.UUID, role: str, path: str, tenant: Tenant | None = None) -> Scope:
        plugins = frozenset({"orglife"})
        policy = Policy([*CORE_ACTIONS, *(action for _, action in platform.host.collect("permissions", plugins))])
        grant = Grant(role, None, path, policy.of_role(role))
        return Scope(tenant or parties.home, plugins, Actor(person, role, "test"), (grant,), "test")

    return scope


@pytest.fixture
def secretary(acting: Callable[..., Scope], branch: Branch) -> Scope:
    """王一, secretary of the branch."""
    return acting(branch.people["王一"], "secretary", branch.path)


@pytest_asyncio.fixture(loop_scope="session")
async def second_person(session: AsyncSession, branch: Branch) -> None:
    """The tenant asks for a second person's approval."""
    await ask_for_second_person(session, True)


Facts = Callable[..., Any]


@pytest.fixture
def facts_in_force(session: AsyncSession) -> Facts:
    """Reads the facts in force: sets of (kind, person, mark, grade, record)."""

    async def read(kind: str | None = None) -> set[tuple[Any, ...]]:
        rows = await session.execute(
            text(
                """select f.kind, f.person_id, f.mark, f.grade, f.record_id from fact f where f.tenant_id = :t
                and (:kind\\:\\:text is null or f.kind = :kind) and not exists
                (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id)"""
            ),
            {"t": session.info["tenant"], "kind": kind},
        )
        return {tuple(row) for row in rows}

    return read


@pytest.fixture
def events(session: AsyncSession) -> Callable[[], Any]:
    """Reads the topics of events published in the home tenant, in order."""

    async def read() -> list[str]:
        query = text("select topic from jobs.outbox where tenant_id = :t and topic not like 'plugin.%' order by id")
        return list(await session.scalars(query, {"t": session.info["tenant"]}))

    return read
