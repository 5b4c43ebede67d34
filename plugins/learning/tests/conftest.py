"""A small university in the home tenant: two branches with members, and people who act in them."""

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.identity.permissions import CORE_ACTIONS, Policy
from zhibu_core.imports.engine import Outcome, run_import
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership, Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Actor, Grant, Scope
from zhibu_testing.fixtures import Parties

COLLEGE = {"组织代码": "001", "组织名称": "化工学院委员会", "组织类别": "党委"}
BRANCH = {
    "组织代码": "001001",
    "组织名称": "化工学院第一党支部",
    "组织类别": "党支部",
    "上级组织代码": "001",
    "支部类型": "教工",
}


@dataclass
class Place:
    """An organization; `people` by name."""

    id: uuid.UUID
    path: str
    people: dict[str, uuid.UUID] = field(default_factory=dict)


@dataclass
class University:
    """A committee with a branch of teachers and one of students."""

    college: Place
    teachers: Place
    students: Place


async def add_organization(session: AsyncSession, code: str, parent: Place | None, kind: str, type_: str = "") -> Place:
    place = Place(new_id(), f"{parent.path if parent else ''}{code}/")
    session.add(
        Organization(
            id=place.id, code=code, name=f"组织{code}", short_name="", kind=kind, parent_id=parent and parent.id,
            path=place.path, founded_precision="day", has_committee=True, unit="", type=type_,
        )
    )  # fmt: skip
    await session.flush()
    return place


async def add_member(session: AsyncSession, place: Place, name: str, **traits: Any) -> uuid.UUID:
    person = Person(id=new_id(), name=name, sort_name=name)
    session.add(person)
    await session.flush()
    session.add(
        Membership(
            **{
                "id": new_id(), "person_id": person.id, "organization_id": place.id, "member_class": "full_member",
                "status": "normal", "joined_on": dt.date(2020, 7, 1), "is_lost": False, "is_mobile": False,
                "is_exempt": False, "party_post_precision": "day", "since": dt.date(2020, 7, 1), **traits,
            }
        )
    )  # fmt: skip
    await session.flush()
    place.people[name] = person.id
    return person.id


@pytest_asyncio.fixture(loop_scope="session")
async def university(session: AsyncSession) -> University:
    college = await add_organization(session, "001", None, "committee")
    teachers = await add_organization(session, "001001", college, "branch", "教工")
    students = await add_organization(session, "001002", college, "branch", "学生")
    await add_member(session, teachers, "王一", party_post="secretary")
    await add_member(session, teachers, "李二")
    await add_member(session, students, "张三", member_class="probationary", joined_on=dt.date(2026, 5, 20))
    return University(college, teachers, students)


Acting = Callable[[uuid.UUID, str, str], Scope]


@pytest.fixture
def acting(platform: Platform, parties: Parties) -> Acting:
    """Makes scopes: `acting(person, "secretary", branch.path)`."""

    def scope(person: uuid.UUID, role: str, path: str) -> Scope:
        plugins = frozenset({"learning"})
        policy = Policy([*CORE_ACTIONS, *(action for _, action in platform.host.collect("permissions", plugins))])
        return Scope(
            parties.home, plugins, Actor(person, role, "test"), (Grant(role, None, path, policy.of_role(role)),)
        )

    return scope


@pytest.fixture
def secretary(acting: Acting, university: University) -> Scope:
    return acting(university.teachers.people["王一"], "secretary", university.teachers.path)


Facts = Callable[[AsyncSession, str], Awaitable[list[Any]]]


@pytest.fixture
def facts() -> Facts:
    """Reads the facts of a kind that are in force, by day."""

    async def read(session: AsyncSession, kind: str) -> list[Any]:
        query = text(
            """select f.*, o.code from fact f join organization o on o.tenant_id = f.tenant_id and o.id = f.organization_id
            where f.tenant_id = :t and f.kind = :kind and not exists
            (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id) order by f.happened_on, f.mark"""
        )
        return list(await session.execute(query, {"t": session.info["tenant"], "kind": kind}))

    return read


Sheet = Sequence[Mapping[str, str]]
Importing = Callable[..., Awaitable[Outcome]]


@pytest.fixture
def importing(platform: Platform, scope: Scope, tmp_path: Path) -> Importing:
    """Imports sheets, given as rows by heading, through the product's own import."""

    async def run(**sheets: Sheet) -> Outcome:
        paths = [write_csv(tmp_path / f"{name}.csv", rows) for name, rows in sheets.items()]
        return await run_import(platform, scope, paths)

    return run


def write_csv(path: Path, rows: Sheet) -> Path:
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    lines = [headings, *([row.get(heading, "") for heading in headings] for row in rows)]
    path.write_text("\n".join(",".join(line) for line in lines), "utf-8-sig")
    return path


def citizen_id(number: int) -> str:
    """An invented citizen number (area 99, nobody's) of a woman born on 1990-01-01."""
    body = f"990101{19900101}{number * 2:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def member_row(number: int, name: str, **more: str) -> dict[str, str]:
    return {
        "姓名": name, "所在党支部": BRANCH["组织名称"], "公民身份证号": citizen_id(number), "加入党组织日期": "2015-07-01",
        "人员类别": "正式党员", "党籍状态": "正常", "工号/学号": f"T{number:04d}", **more,
    }  # fmt: skip


@pytest.fixture
def tree_and_roster() -> dict[str, Sheet]:
    """The sheets that all others rest on: a committee, a branch, two members."""
    return {"组织机构": [COLLEGE, BRANCH], "党员花名册": [member_row(1, "王一"), member_row(2, "李二")]}
