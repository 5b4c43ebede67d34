"""The application served for real beside a real Keycloak: tenants provisioned there, users in it, browsers that sign in."""

import asyncio
import dataclasses
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio
import uvicorn

from services.places import read_state
from zhibu_core.app import create_app
from zhibu_core.identity.accounts import link
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_tenants.keycloak.admin import Server, administering, server_of
from zhibu_tenants.keycloak.clients import organization_of
from zhibu_tenants.keycloak.provisioning import Plan, plan_of, provision
from zhibu_tenants.provisioning import create_tenant
from zhibu_testing.factories import member, organization
from zhibu_testing.fixtures import TestDatabase, all_powers
from zhibu_testing.signing_in import Browser

PASSWORD = "correct horse battery"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs the services."""
    for item in items:
        if "tests/services" in item.path.as_posix():
            item.add_marker(pytest.mark.services)


def running(name: str) -> dict[str, Any]:
    """A running service's address and credentials."""
    found = read_state().get(name)
    assert found is not None, f"{name} does not run: make services"
    return found


@pytest.fixture(scope="session")
def state_of() -> Callable[[str], dict[str, Any]]:
    """Asks for a service."""
    return running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def address(platform: Platform, test_database: TestDatabase) -> AsyncIterator[str]:
    """Where the application answers; the database is a demo's, so that an issuer on loopback may be trusted."""
    owner = await asyncpg.connect(test_database.dsn("app_owner"))
    await owner.execute("insert into global_setting (key, value) values ('demo', 'true') on conflict do nothing")
    await owner.close()
    keycloak = running("keycloak")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        found = f"http://127.0.0.1:{listening.getsockname()[1]}"
        platform.settings = dataclasses.replace(
            platform.settings,
            address=found,
            keycloak_address=keycloak["address"],
            keycloak_client_id=keycloak["user"],
            keycloak_client_secret=keycloak["password"],
            keycloak_realm=f"test-{uuid.uuid4().hex[:8]}",
        )
        server = uvicorn.Server(uvicorn.Config(create_app(platform, jobs=False), log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield found
        server.should_exit = True
        await serving


@dataclass
class Place:
    """A provisioned tenant with a branch and three members."""

    tenant: Tenant
    scope: Scope
    plan: Plan
    base: str
    people: dict[str, uuid.UUID]


@dataclass
class Campus:
    """Two tenants in the shared realm and one in a realm of its own."""

    platform: Platform
    home: Place
    neighbour: Place
    own: Place

    @property
    def server(self) -> Server:
        return server_of(self.platform.settings, demo=True)

    async def user(self, place: Place, number: str, *, belongs: bool = True, **more: Any) -> str:
        """A user without e-mail, in the tenant's organization; returns the subject."""
        credentials = [{"type": "password", "value": PASSWORD, "temporary": False}, *more.pop("credentials", [])]
        async with administering(self.server, place.plan.realm) as admin:
            subject = await admin.a_create_user(
                {"username": number, "enabled": True, "credentials": credentials} | more, exist_ok=False
            )
            if belongs and place.plan.alias:
                found = await organization_of(admin, place.plan.alias)
                assert found is not None
                await admin.a_organization_user_add(subject, found["id"])
        return str(subject)

    async def account(self, place: Place, subject: str, name: str) -> None:
        """Links the subject to one of the place's people."""
        async with self.platform.database.session(place.tenant.id) as session:
            await link(session, place.people[name], place.plan.issuer, subject)

    async def sign_in(
        self, place: Place, number: str, browser: Browser | None = None
    ) -> tuple[Browser, httpx.Response]:
        """From the tenant's button through Keycloak's page and back."""
        using = browser or Browser()
        page = await using.get(f"{place.base}/sign-in/go")
        if "username" not in page.text or "/realms/" not in str(page.url):
            return using, page
        return using, await using.fill(page, username=number, password=PASSWORD)

    def browser(self) -> Browser:
        """A browser that knows nobody."""
        return Browser()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def campus(platform: Platform, address: str) -> Campus:
    """Made once: realms take seconds."""
    places = [await _place(platform, address, own_realm=own) for own in (False, False, True)]
    return Campus(platform, *places)


async def _place(platform: Platform, address: str, *, own_realm: bool) -> Place:
    made = await create_tenant(platform, f"s-{uuid.uuid4().hex[:8]}", "云汀大学", "university")
    async with platform.database.system_session() as system:
        tenant = await find_tenant(system, made.slug)
    people = {}
    async with platform.database.session(tenant.id) as session:
        branch = await organization(session, "1", name="数学第一党支部")
        for name in ("李华", "王芳", "赵敏"):
            people[name] = (await member(session, name, branch)).id
    scope = await all_powers(platform, tenant)
    await provision(platform, scope, own_realm=own_realm)
    plan = plan_of(platform, tenant, own_realm=own_realm)
    return Place(tenant, scope, plan, f"{address}/t/{tenant.slug}", people)
