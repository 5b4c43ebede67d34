"""The API under test: the real application, an issuer with keys of its own, and two tenants furnished alike."""

import datetime as dt
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.app import create_app
from zhibu_core.identity.issuers import Issuer
from zhibu_core.identity.models import Account, Integrator, RoleGrant
from zhibu_core.identity.signatures import Keys
from zhibu_core.ledger.facts import FactDraft, write_facts
from zhibu_core.organization.models import Organization, Position, Term
from zhibu_core.organization.people import Person
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, sealed_columns
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant
from zhibu_devissuer.keys import DemoSigner
from zhibu_tenants.provisioning import create_tenant
from zhibu_testing.chromium import origin  # noqa: F401 a fixture
from zhibu_testing.factories import member, organization, person
from zhibu_testing.fixtures import TODAY, Parties

ISSUER = "https://issuer.example.edu.cn"
SECRETS = PersonSecrets(citizen_id="990101199001010017", phone="13800001234", address="云汀省云汀市学府路 1 号")


@dataclass
class KnownIssuer(Issuer):
    """An issuer whose keys are given, so that nothing is fetched."""

    known: Keys | None = None

    async def keys(self, kid: str | None) -> Keys:
        assert self.known is not None
        return self.known


@dataclass
class Answer:
    """What came back."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]
    cost: dict[str, Any] | None = None

    @property
    def data(self) -> Any:
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def code(self) -> str:
        """The code of the first error."""
        return str(self.body["errors"][0]["extensions"]["code"])


@dataclass
class Furnished:
    """A tenant with a tree, people, facts and one person a role."""

    tenant: Tenant
    organizations: dict[str, Organization] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


@dataclass
class Directory:
    """A directory that writes into one tenant by SCIM."""

    http: httpx.AsyncClient
    signer: DemoSigner
    place: Furnished
    client: str

    @property
    def base(self) -> str:
        return f"/t/{self.place.tenant.slug}/scim/v2"

    @property
    def bearer(self) -> dict[str, str]:
        """The header with a token of the program's own client."""
        token = self.signer.access_token(f"service-{self.client}", self.place.tenant.slug, self.client)
        return {"Authorization": f"Bearer {token}"}

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One call; header names with underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = self.bearer | {"Content-Type": "application/scim+json", "Accept-Language": "en"} | named
        content = None if body is None else json.dumps(body).encode()
        return await self.http.request(method, self.base + path, content=content, headers=sent)


@dataclass
class Api:
    """Asks as somebody."""

    http: httpx.AsyncClient
    signer: DemoSigner
    home: Furnished
    neighbour: Furnished

    def token(self, role: str, at: Furnished | None = None) -> str:
        """A valid token of the person who holds the role."""
        place = at or self.home
        return self.signer.access_token(f"{role}-{place.tenant.slug}", place.tenant.slug, "test")

    async def ask(
        self,
        query: str,
        role: str | None = "organizer",
        variables: dict[str, Any] | None = None,
        at: Furnished | None = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        operation: str | None = None,
    ) -> Answer:
        place = at or self.home
        bearer = token or (self.token(role, place) if role else None)
        sent = {"Accept": "application/graphql-response+json"} | dict(headers or {})
        if bearer:
            sent["Authorization"] = f"Bearer {bearer}"
        body = {"query": query, "variables": variables, "operationName": operation}
        answer = await self.http.post(f"/t/{place.tenant.slug}/graphql", json=body, headers=sent)
        said = answer.json()
        cost = said.pop("extensions", {}).get("cost")
        return Answer(answer.status_code, said, answer.headers, cost)


@pytest.fixture(scope="session")
def signer(platform: Platform) -> DemoSigner:
    """Signs tokens that the platform trusts."""
    made = DemoSigner(ISSUER)
    platform.issuers[ISSUER] = KnownIssuer(ISSUER, "zhibu-web", known=Keys(made.public_keys()))
    return made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def http(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    """The application, called in this process."""
    transport = httpx.ASGITransport(app=create_app(platform, jobs=False))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def api(platform: Platform, signer: DemoSigner, http: httpx.AsyncClient) -> Api:
    """Two tenants furnished alike, for all tests of a module: these read, or do not mind what others wrote."""
    tag = uuid.uuid4().hex[:10]
    home = await create_tenant(platform, f"home-{tag}", "测试大学", "university", today=TODAY)
    neighbour = await create_tenant(platform, f"next-{tag}", "隔壁集团", "enterprise", today=TODAY)
    return Api(http, signer, await furnish(platform, home), await furnish(platform, neighbour))


@pytest_asyncio.fixture(loop_scope="session")
async def fresh(platform: Platform, parties: Parties, signer: DemoSigner, http: httpx.AsyncClient) -> Api:
    """The same for one test alone."""
    return Api(http, signer, await furnish(platform, parties.home), await furnish(platform, parties.neighbour))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def directory(platform: Platform, api: Api) -> Directory:
    """The directory of the first tenant."""
    return await directory_of(platform, api, api.home)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def next_directory(platform: Platform, api: Api) -> Directory:
    """The directory of the neighbour."""
    return await directory_of(platform, api, api.neighbour)


async def directory_of(platform: Platform, api: Api, place: Furnished) -> Directory:
    """A program with the scope of a directory, as `zhibu integrator create --scopes scim` makes it."""
    client = f"zhibu-program-{place.tenant.slug}-hr"
    async with platform.database.session(place.tenant.id) as session:
        session.add(
            Integrator(
                id=new_id(),
                name="hr",
                issuer=ISSUER,
                client_id=client,
                scopes=["scim"],
                made_at=dt.datetime.now(dt.UTC),
            )
        )
    platform.doors.forget(place.tenant.id)
    return Directory(api.http, api.signer, place, client)


async def furnish(platform: Platform, tenant: Tenant) -> Furnished:
    """A tree of seven organizations, ten members, facts, and one person a role."""
    made = Furnished(tenant)
    async with platform.database.session(tenant.id) as session:
        await _tree(session, made)
        await _people(platform, session, made)
        await _facts(session, made)
        await _roles(session, made)
    return made


async def _tree(session: AsyncSession, made: Furnished) -> None:
    tree = made.organizations
    tree["1"] = await organization(session, "1", kind="committee")
    for code in ("11", "12"):
        tree[code] = await organization(session, code, kind="general_branch", parent=tree["1"])
    for code in ("111", "112", "121", "122"):
        tree[code] = await organization(session, code, parent=tree[code[:2]], has_committee=code == "111")
    starts = dt.date(2024, 3, 1)
    session.add(
        Term(
            id=new_id(),
            organization_id=tree["111"].id,
            number=3,
            years=3,
            starts_on=starts,
            ends_on=dt.date(2027, 2, 28),
            last_election_on=starts,
            note="",
        )
    )


async def _people(platform: Platform, session: AsyncSession, made: Furnished) -> None:
    cipher = platform.keyring.cipher(made.tenant.id, COLUMN)
    for code, number in (("111", 4), ("112", 2), ("121", 2), ("122", 2)):
        for n in range(number):
            name = f"{'张王李赵'[n]}{code}"
            someone = await member(session, name, made.organizations[code], number=f"{code}{n}")
            made.people[name] = someone
    first = made.people["张111"]
    for column, value in sealed_columns(cipher, first.id, SECRETS).items():
        setattr(first, column, value)
    session.add(
        Position(
            id=new_id(),
            organization_id=made.organizations["111"].id,
            person_id=first.id,
            role="secretary",
            since=dt.date(2024, 3, 1),
            since_precision="day",
            until=None,
        )
    )


async def _facts(session: AsyncSession, made: Furnished) -> None:
    drafts = []
    for code in ("111", "112", "121"):
        for month in (4, 5):
            record = new_id()
            common: dict[str, Any] = {
                "organization_id": made.organizations[code].id,
                "happened_on": dt.date(2026, month, 10),
                "record_type": "meeting",
                "record_id": record,
            }
            drafts += [FactDraft(kind="activity", **common), FactDraft(kind="theme_day", **common)]
            drafts += [
                FactDraft(kind="attendance", person_id=p.id, mark="present", **common)
                for name, p in made.people.items()
                if name.endswith(code)
            ]
    await write_facts(session, drafts, source="orglife", written_by=None)


async def _roles(session: AsyncSession, made: Furnished) -> None:
    holders = {"member": made.people["王111"]}
    for role in ("admin", "organizer", "auditor", "secretary"):
        holders[role] = await person(session, f"示例{role}")
        node = made.organizations["111"].id if role == "secretary" else None
        session.add(RoleGrant(id=new_id(), person_id=holders[role].id, role=role, node_id=node, since=TODAY))
    holders["nobody"] = await person(session, "无权者")
    for role, someone in holders.items():
        subject = f"{role}-{made.tenant.slug}"
        session.add(Account(id=new_id(), issuer=ISSUER, subject=subject, person_id=someone.id))


class Statements:
    """The statements that the runtime sends while the block runs; without the directory of tenants, kept for seconds."""

    def __init__(self, platform: Platform) -> None:
        self.engine = platform.database.engine.sync_engine
        self.seen: list[str] = []

    def __enter__(self) -> "Statements":
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "global_" not in statement:
            self.seen.append(statement)


@pytest.fixture
def statements(platform: Platform) -> Statements:
    """Counts statements."""
    return Statements(platform)
