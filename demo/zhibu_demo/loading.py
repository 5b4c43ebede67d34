"""Makes the demo's tenants and loads them through the product's own import, both at once, each in a child process."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import text

from zhibu_core.imports.child import Order, import_in_child
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import all_tenants, is_demo_database
from zhibu_core.tenancy.scope import Tenant
from zhibu_demo.worlds import TODAY, WORLDS, World
from zhibu_tenants.provisioning import create_tenant

log = structlog.get_logger()
_HAS_DATA = text("select exists (select from import_run where tenant_id = :t)")


@dataclass
class Loading:
    """How far loading is: a share for each tenant by slug, 1.0 when done; `failed` says why where it stopped."""

    shares: dict[str, float] = field(default_factory=dict)
    failed: str | None = None

    @property
    def done(self) -> bool:
        """Whether everything is there."""
        return bool(self.shares) and all(share >= 1.0 for share in self.shares.values())

    @property
    def share(self) -> float:
        """The share of the whole, 0 to 1."""
        return sum(self.shares.values()) / len(self.shares) if self.shares else 0.0


async def load_worlds(platform: Platform, loading: Loading, told: Callable[[str, str, float], None]) -> None:
    """Creates the tenants that are missing and loads those without data; `told(slug, what, share)` hears of it."""
    tenants = {tenant.slug: tenant for tenant in await _tenants(platform)}
    loading.shares = {world.slug: 0.0 for world in WORLDS}
    waiting = []
    for world in WORLDS:
        tenant = tenants.get(world.slug) or await create_tenant(
            platform, world.slug, world.name, world.preset, today=TODAY
        )
        if await _has_data(platform, tenant):
            loading.shares[world.slug] = 1.0
        else:
            waiting.append(world)
    await asyncio.gather(*(_load(platform, world, loading, told) for world in waiting))


async def _load(platform: Platform, world: World, loading: Loading, told: Callable[[str, str, float], None]) -> None:
    def progress(what: str, share: float) -> None:
        loading.shares[world.slug] = min(share, 0.99)
        told(world.slug, what, share)

    order = Order(tenant=world.slug, files=world.files)
    lines = await import_in_child(platform.settings, order, progress)
    log.info("demo_loaded", tenant=world.slug, total=lines[-1])
    progress("", 1.0)
    loading.shares[world.slug] = 1.0


async def _tenants(platform: Platform) -> list[Tenant]:
    async with platform.database.system_session() as system:
        return await all_tenants(system)


async def _has_data(platform: Platform, tenant: Tenant) -> bool:
    async with platform.database.session(tenant.id) as session:
        return bool(await session.scalar(_HAS_DATA, {"t": tenant.id}))


async def knows_it_is_a_demo(platform: Platform) -> bool:
    """Whether the database says that `zhibu demo` made it."""
    async with platform.database.system_session() as system:
        return await is_demo_database(system)
