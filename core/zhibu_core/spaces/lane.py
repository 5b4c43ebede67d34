"""Delivers what is to cross between tenants, apart from each tenant's own events: fairly, and what takes away before all else."""

import time
import uuid
from collections.abc import Mapping, Sequence
from itertools import groupby, zip_longest
from typing import Any, ClassVar

import structlog
from sqlalchemy import Row

from zhibu_core.jobs import TRIES, Dispatcher
from zhibu_core.spaces.courier import carry
from zhibu_core.spaces.sending import ERASE, PARCEL, TELL_READS, URGENT_PARCEL
from zhibu_core.spaces.upkeep import erase_space, tell_reads
from zhibu_core.tenancy.scope import Tenant

log = structlog.get_logger()
PARCELS = frozenset({PARCEL, URGENT_PARCEL})
SENDING = frozenset({"open", "erasing"})
"""States of a tenant whose letters go out: of one that is being erased that it ends its agreements."""

PATIENCE = 2.0
"""Seconds after which a pass gives back what it has not begun, so that what is urgent waits no longer than that."""


class SpaceLane(Dispatcher):
    """One process's share of what crosses: at most ten parcels a tenant and pass, by turns where several tenants have some."""

    lane: ClassVar[str] = "space:"
    most: ClassVar[int] = 200

    async def _pass(self) -> int:
        urgent, tenants = await self._take(URGENT_PARCEL)
        await self._work(urgent, tenants)
        return len(urgent) + await super()._pass()

    async def _work(self, rows: Sequence[Row[Any]], tenants: Mapping[uuid.UUID, Tenant]) -> None:
        until = time.monotonic() + PATIENCE
        groups = _by_turns(rows)
        for number, group in enumerate(groups):
            if self._stopping.is_set() or (number and time.monotonic() > until):
                await self._give_back([row for left in groups[number:] for row in left])
                self.after = groups[number - 1][0].tenant_id if number else self.after
                return
            await self._deliver_group(group, tenants)

    async def _deliver_group(self, rows: Sequence[Row[Any]], tenants: Mapping[uuid.UUID, Tenant]) -> None:
        tenant = tenants.get(rows[0].tenant_id)
        parcels = [row for row in rows if row.topic in PARCELS]
        for row in rows:
            if row.topic not in PARCELS:
                await self._deliver(row, tenant)
        if tenant is not None and tenant.state not in SENDING:
            for row in parcels:
                await self._rest(row)
        elif tenant is not None and parcels:
            await self._carry(parcels, tenant, tenants)

    async def _carry(self, rows: Sequence[Row[Any]], tenant: Tenant, tenants: Mapping[uuid.UUID, Tenant]) -> None:
        by_parcel = {row.object_id: row for row in rows}
        last = frozenset(row.object_id for row in rows if row.attempts >= TRIES)
        try:
            carried = await carry(self.platform, tenant, list(by_parcel), tenants, last=last)
        except Exception as error:  # the sender's own half failed; the parcels wait and are tried again
            log.exception("parcels_failed", tenant=str(tenant.id))
            for row in rows:
                await self._postpone(row, error)
            return
        for parcel in carried.later - carried.failed.keys():
            await self._rest(by_parcel[parcel])
        for parcel, failure in carried.failed.items():
            await self._postpone(by_parcel[parcel], failure)
        done = [row for key, row in by_parcel.items() if key not in carried.later and key not in carried.failed]
        if done:
            await self._finish(done)

    async def _handle(self, row: Row[Any], tenant: Tenant) -> None:
        if row.topic == ERASE:
            await erase_space(self.platform, tenant, row.object_id)
        elif row.topic == TELL_READS:
            await tell_reads(self.platform, tenant, row.object_id)


def _by_turns(rows: Sequence[Row[Any]]) -> list[list[Row[Any]]]:
    """The oldest of each tenant, then the next of each: a parcel at a time, so that nobody waits for another's thousand letters.
    What one tenant alone has goes together.
    """
    ordered = sorted(rows, key=lambda row: (row.tenant_id, row.available_at))
    of_each = [list(group) for _, group in groupby(ordered, key=lambda row: row.tenant_id)]
    if len(of_each) < 2:
        return of_each
    return [[row] for turn in zip_longest(*of_each) for row in turn if row is not None]
