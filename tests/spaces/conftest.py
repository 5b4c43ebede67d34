"""Three tenants for the tests of spaces, and bare ones for towns."""

import uuid
from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio

from zhibu_core.platform import Platform
from zhibu_tenants.provisioning import create_tenant
from zhibu_testing.agreeing import World, opened
from zhibu_testing.fixtures import TODAY, Parties


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(platform: Platform) -> World:
    """Three tenants for all tests of a module: each test has agreements of its own."""
    return await opened(platform)


@pytest.fixture(scope="session")
def make_world() -> Callable[[Platform], Awaitable[World]]:
    """Opens three tenants, for a world that many tests share."""
    return opened


@pytest.fixture(scope="session")
def make_tenants() -> Callable[[Platform], Awaitable[Parties]]:
    """Opens two bare tenants, for towns that a module's tests share."""

    async def make(platform: Platform) -> Parties:
        tag = uuid.uuid4().hex[:8]
        made = [
            await create_tenant(platform, f"{slug}-{tag}", name, "university", today=TODAY)
            for slug, name in (("a", "甲大学"), ("b", "乙大学"))
        ]
        return Parties(*made)

    return make
