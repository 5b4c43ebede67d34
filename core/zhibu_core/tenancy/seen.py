"""Tenants that requests have named lately: each is asked for anew every second, by one request for all of them."""

import asyncio
import time
from dataclasses import dataclass, field

from zhibu_core.tenancy.directory import find_tenant_at_once
from zhibu_core.tenancy.reading import Readers
from zhibu_core.tenancy.scope import Tenant

KEPT = 1.0
"""Seconds for which a tenant's name and state are believed: so long may a suspended one still answer."""

AHEAD = 0.75
"""The share of that time after which they are asked for again while requests still go by what is known."""

Seen = tuple[float, Tenant]


@dataclass(eq=False)
class TenantsSeen:
    """The tenants of one process by slug."""

    readers: Readers
    known: dict[str, Seen] = field(default_factory=dict)
    _asking: dict[str, asyncio.Task[Tenant]] = field(default_factory=dict)

    async def of(self, slug: str) -> Tenant:
        """The tenant of this slug, as it was a second ago at most; raises `NotFound`, and for the database as reads do."""
        at, tenant = self.known.get(slug, (0.0, None))
        age = time.monotonic() - at
        if tenant is None or age > KEPT:
            return await asyncio.shield(self._asked(slug))
        if age > AHEAD * KEPT:
            self._asked(slug)
        return tenant

    def forget(self, slug: str) -> None:
        """Asks for the tenant anew: it has changed."""
        self.known.pop(slug, None)
        self._asking.pop(slug, None)

    def _asked(self, slug: str) -> asyncio.Task[Tenant]:
        task = self._asking.get(slug)
        if task is None or task.done():
            task = self._asking[slug] = asyncio.get_running_loop().create_task(self._ask(slug))
            task.add_done_callback(lambda done: self._over(slug, done))
        return task

    async def _ask(self, slug: str) -> Tenant:
        at = time.monotonic()
        tenant = await find_tenant_at_once(self.readers, slug)
        if self._asking.get(slug) is asyncio.current_task():  # else it was said to have changed meanwhile
            self.known[slug] = (at, tenant)
        return tenant

    def _over(self, slug: str, task: asyncio.Task[Tenant]) -> None:
        if self._asking.get(slug) is task:
            del self._asking[slug]
        if not task.cancelled():
            task.exception()  # whoever waits for it has it; asked ahead, it comes up again with the next request
