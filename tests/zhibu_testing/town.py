"""Two towns for tests of pages: tenants furnished alike, the real application, a browser without a screen for each role."""

import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar import Litestar
from lxml import html
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.identity.sessions import cookie_name
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.organization.models import Organization, Position, Term
from zhibu_core.organization.people import Person
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, sealed_columns
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant
from zhibu_testing.browsing import ORIGIN, Browser, app_of, sign_in
from zhibu_testing.counting import counted
from zhibu_testing.factories import member, organization, person
from zhibu_testing.fixtures import Parties

SECRETS = PersonSecrets(citizen_id="990101199001010017", phone="13800001234", address="云汀省云汀市学府路1号")
NAMES = ("张一", "王二", "李三", "赵四", "陈五", "周六", "吴七", "郑八")


@dataclass
class Town:
    """A tenant with a tree of four, eight members in branch 111 and two in 112, and a browser for each role."""

    tenant: Tenant
    app: Litestar
    organizations: dict[str, Organization] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    browsers: dict[str, Browser] = field(default_factory=dict)

    def __getattr__(self, role: str) -> Browser:
        """The browser of a role: `town.organizer`."""
        try:
            return self.browsers[role]
        except KeyError:
            raise AttributeError(role) from None


@dataclass
class World:
    """The town under test and its neighbour."""

    home: Town
    neighbour: Town


@pytest_asyncio.fixture(loop_scope="session")
async def world(platform: Platform, parties: Parties) -> World:
    """Both towns, committed."""
    return World(await furnish(platform, parties.home), await furnish(platform, parties.neighbour))


async def furnish(platform: Platform, tenant: Tenant) -> Town:
    """Everything a town has."""
    town = Town(tenant, app_of(platform))
    async with platform.database.session(tenant.id) as session:
        await _tree(session, town)
        await _people(platform, session, town)
        await _facts(session, town)
    whole = {"organizer": None, "admin": None, "auditor": None}
    for role, node in whole.items():
        town.browsers[role] = await sign_in(town.app, platform, tenant, town.people[role].id, {role: node})
    branch = town.organizations["111"].id
    town.browsers["secretary"] = await sign_in(
        town.app, platform, tenant, town.people["张一"].id, {"secretary": branch}
    )
    town.browsers["member"] = await sign_in(town.app, platform, tenant, town.people["王二"].id, {})
    return town


async def _tree(session: AsyncSession, town: Town) -> None:
    tree = town.organizations
    tree["1"] = await organization(session, "1", kind="committee", name="校党委", short_name="校党委")
    tree["11"] = await organization(session, "11", kind="general_branch", parent=tree["1"], name="数学党总支")
    tree["111"] = await organization(
        session, "111", parent=tree["11"], name="数学第一党支部", short_name="数学一支部", has_committee=True
    )
    tree["112"] = await organization(session, "112", parent=tree["11"], name="数学第二党支部")
    session.add(
        Term(
            id=new_id(),
            organization_id=tree["111"].id,
            number=2,
            years=3,
            starts_on=dt.date(2024, 1, 15),
            ends_on=dt.date(2027, 1, 15),
            last_election_on=dt.date(2024, 1, 15),
            note="",
        )
    )


async def _people(platform: Platform, session: AsyncSession, town: Town) -> None:
    for number, name in enumerate(NAMES):
        town.people[name] = await member(session, name, town.organizations["111"], number=f"T{number:03}")
    for name in ("钱甲", "孙乙"):
        town.people[name] = await member(session, name, town.organizations["112"])
    for role in ("organizer", "admin", "auditor"):
        town.people[role] = await person(session, f"示例{role}", number=role)
    first = town.people["张一"]
    cipher = platform.keyring.cipher(town.tenant.id, COLUMN)
    for column, value in sealed_columns(cipher, first.id, SECRETS).items():
        setattr(first, column, value)
    session.add(
        Position(
            id=new_id(),
            organization_id=town.organizations["111"].id,
            person_id=first.id,
            role="secretary",
            since=dt.date(2024, 1, 15),
            since_precision="day",
            until=None,
        )
    )


async def _facts(session: AsyncSession, town: Town) -> None:
    """A theme day of branch 111 in September; nothing in October."""
    common: dict[str, Any] = {
        "organization_id": town.organizations["111"].id,
        "happened_on": dt.date(2026, 9, 10),
        "record_type": "meeting",
        "record_id": new_id(),
    }
    drafts = [FactDraft(kind="activity", **common), FactDraft(kind="theme_day", **common)]
    drafts += [
        FactDraft(kind="attendance", person_id=town.people[name].id, mark="present", **common) for name in NAMES[:6]
    ]
    await write_facts(session, drafts, source="orglife", written_by=None)


async def request(
    browser: Browser, method: str, path: str, *, cookies: str = "", files: Any = None, data: Any = None
) -> httpx.Response:
    """A request with further cookies, or with files."""
    headers = {"Accept": "text/html", "Origin": ORIGIN}
    headers["Cookie"] = "; ".join(filter(None, (f"{cookie_name(browser.tenant.slug)}={browser.secret}", cookies)))
    transport: Any = httpx.ASGITransport(app=browser.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        address = f"/t/{browser.tenant.slug}{path}"
        return await client.request(method, address, headers=headers, files=files, data=data)


@pytest.fixture
def ask() -> Callable[..., Awaitable[httpx.Response]]:
    """Sends a request with further cookies, or with files."""
    return request


@pytest.fixture
def text_of() -> Callable[[str], str]:
    """The words of a page's main part."""
    return _text_of


@pytest.fixture
def statements_of() -> Callable[[Platform], AbstractContextManager[list[str]]]:
    """Notes the statements that the runtime sends while a block runs."""
    return counted


def _text_of(body: str) -> str:
    """The words of the main part, blanks squeezed."""
    main = html.document_fromstring(body).find(".//main")
    assert main is not None
    return " ".join(str(main.xpath("string()")).split())
