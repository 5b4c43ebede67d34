"""What must hold whatever the code does: each of two tenants writes and reads by every road, and sees its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from zhibu_core.platform import Platform
from zhibu_core.tenancy.bulk import insert_rows, update_rows
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.guard import UnboundTenant
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Tenant

KEY = "story"
TABLE = cast("Table", TenantSetting.__table__)


@dataclass(frozen=True)
class Story:
    """The platform and its two tenants."""

    platform: Platform
    home: Tenant
    neighbour: Tenant

    async def faults(self) -> list[str]:
        """What went wrong, in words; everything that was written is taken away again."""
        found: list[str] = []
        for chapter in (self._bulk, self._orm, self._aliases, self._unbound, self._foreign_row, self._foreign_update):
            found += await self._told(chapter)
        await self._told(self.clear)
        return found

    async def _told(self, chapter: Callable[[], Awaitable[list[str]]]) -> list[str]:
        try:
            return await chapter()
        except (DBAPIError, AttributeError, RuntimeError, AssertionError) as error:
            return [f"{chapter.__name__}: {type(error).__name__}"]

    async def _bulk(self) -> list[str]:
        both = (self.home, self.neighbour)
        for tenant in both:
            rows = [{"id": new_id(), "key": key, "value": {"of": key}} for key in self._written(tenant)]
            async with self.platform.database.session(tenant.id) as session:
                await insert_rows(session, TABLE, rows)
                await update_rows(session, TABLE, rows, ["value"])
        return [f"{t.slug} does not read what it wrote" for t in both if await self._keys(t) != self._written(t)]

    def _written(self, tenant: Tenant) -> list[str]:
        return [f"{KEY}{n}{tenant.slug}" for n in range(2)]

    async def _keys(self, tenant: Tenant) -> list[str]:
        query = select(TenantSetting).where(TenantSetting.key.startswith(KEY)).order_by(TenantSetting.key)
        async with self.platform.database.session(tenant.id) as session:
            return [row.key for row in await session.scalars(query)]

    async def _orm(self) -> list[str]:
        async with self.platform.database.session(self.home.id) as session:
            session.add(TenantSetting(id=new_id(), key=f"{KEY}-orm", value={}))
            await session.flush()
            await session.execute(update(TenantSetting).where(TenantSetting.key == f"{KEY}-orm").values(value={"n": 1}))
            await session.execute(delete(TenantSetting).where(TenantSetting.key == f"{KEY}-orm"))
        return []

    async def _aliases(self) -> list[str]:
        other = aliased(TenantSetting)
        async with self.platform.database.session(self.home.id) as session:
            await session.execute(select(other.key).where(other.key == KEY))
        return []

    async def _unbound(self) -> list[str]:
        try:
            async with self.platform.database.system_session() as system:
                await system.scalars(select(TenantSetting))
        except UnboundTenant:
            return []
        return ["an unbound statement on a tenant's model was sent"]

    async def _foreign_row(self) -> list[str]:
        row = TenantSetting(tenant_id=self.neighbour.id, id=new_id(), key=KEY, value={})
        try:
            async with self.platform.database.session(self.home.id) as session:
                session.add(row)
        except UnboundTenant:
            return []
        return ["a row of another tenant was sent"]

    async def _foreign_update(self) -> list[str]:
        async with self.platform.database.session(self.neighbour.id) as session:
            row = (await session.scalars(select(TenantSetting).where(TenantSetting.key.startswith(KEY)))).first()
        if row is None:
            return ["the neighbour's row is gone"]
        changed: list[dict[str, Any]] = [{"id": row.id, "value": {"n": 99}}]
        async with self.platform.database.session(self.home.id) as session:
            await update_rows(session, TABLE, changed, ["value"])
        async with self.platform.database.session(self.neighbour.id) as session:
            after = await session.scalar(select(TenantSetting.value).where(TenantSetting.id == row.id))
        return [] if after == row.value else ["the neighbour's row was changed"]

    async def clear(self) -> list[str]:
        """Takes away what the story wrote, which the next telling begins without."""
        for tenant in (self.home, self.neighbour):
            async with self.platform.database.session(tenant.id) as session:
                await session.execute(delete(TenantSetting).where(TenantSetting.key.startswith(KEY)))
        return []
