"""A committee and two branches that were imported into the home tenant, and what reads the ledger."""

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.identity.permissions import CORE_ACTIONS, Policy
from zhibu_core.imports.engine import Outcome, run_import
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Actor, Grant, Scope
from zhibu_testing.fixtures import Parties

COLLEGE = {"组织代码": "001", "组织名称": "化工学院委员会", "组织类别": "党委"}
BRANCHES = [
    {
        "组织代码": f"00100{n}",
        "组织名称": f"化工学院第{n}党支部",
        "组织类别": "党支部",
        "上级组织代码": "001",
        "支部类型": "教工",
    }
    for n in (1, 2)
]
Sheet = Sequence[Mapping[str, str]]
Importing = Callable[..., Awaitable[Outcome]]
Acting = Callable[[uuid.UUID, str, str], Scope]


def citizen_id(number: int) -> str:
    """An invented citizen number (area 99, nobody's) of a woman born on 1990-01-01."""
    body = f"990101{19900101}{number * 2:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


@pytest.fixture
def number_of() -> Callable[[int], str]:
    """Citizen numbers: 1 and 2 are members of the roster, others nobody's yet."""
    return citizen_id


@pytest.fixture
def tree_and_roster() -> dict[str, Sheet]:
    """王一 in the first branch, 李二 in the second."""
    members = [
        {
            "姓名": name, "所在党支部": f"化工学院第{n}党支部", "公民身份证号": citizen_id(n), "加入党组织日期": "2015-07-01",
            "人员类别": "正式党员", "党籍状态": "正常", "工号/学号": f"T000{n}",
        }
        for n, name in ((1, "王一"), (2, "李二"))
    ]  # fmt: skip
    return {"组织机构": [COLLEGE, *BRANCHES], "党员花名册": members}


@pytest.fixture
def importing(platform: Platform, scope: Scope, tmp_path: Path) -> Importing:
    """Imports sheets, given as rows by heading, through the product's own import."""

    async def run(**sheets: Sheet) -> Outcome:
        return await run_import(
            platform, scope, [_write_csv(tmp_path / f"{name}.csv", rows) for name, rows in sheets.items()]
        )

    return run


def _write_csv(path: Path, rows: Sheet) -> Path:
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    lines = [headings, *([row.get(heading, "") for heading in headings] for row in rows)]
    path.write_text("\n".join(",".join(line) for line in lines), "utf-8-sig")
    return path


@pytest.fixture
def person(session: AsyncSession) -> Callable[[str], Awaitable[Person]]:
    """Finds a person by name."""

    async def find(name: str) -> Person:
        return (await session.scalars(select(Person).where(Person.name == name))).one()

    return find


@pytest.fixture
def acting(platform: Platform, parties: Parties) -> Acting:
    """Makes scopes: `acting(person, "secretary", "001/001001/")`."""

    def scope(who: uuid.UUID, role: str, path: str) -> Scope:
        plugins = frozenset({"affairs"})
        policy = Policy([*CORE_ACTIONS, *(action for _, action in platform.host.collect("permissions", plugins))])
        return Scope(parties.home, plugins, Actor(who, role, "test"), (Grant(role, None, path, policy.of_role(role)),))

    return scope


@pytest.fixture
def facts() -> Callable[..., Awaitable[list[Any]]]:
    """Reads the facts in force whose kind begins so, by day."""

    async def read(session: AsyncSession, kind: str) -> list[Any]:
        query = text(
            """select f.*, o.code from fact f join organization o on o.tenant_id = f.tenant_id and o.id = f.organization_id
            where f.tenant_id = :t and starts_with(f.kind, :kind) and not exists
            (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id) order by f.happened_on, f.kind"""
        )
        return list(await session.execute(query, {"t": session.info["tenant"], "kind": kind}))

    return read


@pytest.fixture
async def branches(
    platform: Platform, parties: Parties, importing: Importing, tree_and_roster: dict[str, Sheet]
) -> dict[str, Any]:
    """The tree and the roster, imported; organizations by code."""
    await importing(**tree_and_roster)
    async with platform.database.session(parties.home.id) as session:
        return {one.code: one for one in await session.scalars(select(Organization))}
