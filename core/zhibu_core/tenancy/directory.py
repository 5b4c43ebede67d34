"""The directory of tenants: the global tables that the runtime role may read, and the definer functions that write them."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.tenancy.models import Base, TenantOwned
from zhibu_core.tenancy.reading import Readers
from zhibu_core.tenancy.scope import Tenant
from zhibu_core.words import Words


class GlobalTenant(Base):
    """Every tenant's name and slug; `today` is set for demo tenants only."""

    __tablename__ = "global_tenant"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    name: Mapped[str]
    preset: Mapped[str]
    today: Mapped[dt.date | None]
    state: Mapped[str]
    created_at: Mapped[dt.datetime]


class GlobalSetting(Base):
    """What holds for the whole installation, such as that it is a demo database."""

    __tablename__ = "global_setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class TenantSetting(TenantOwned):
    """One setting of a tenant, e.g. `approval.second_person` = true."""

    __tablename__ = "tenant_setting"

    key: Mapped[str]
    value: Mapped[dict[str, Any]]


_FIND = text("select id, slug, name, preset, today, state from global_tenant where slug = :slug")
_FIND_AT_ONCE = """select t.id, t.slug, t.name, t.preset, t.today,
    coalesce((select s.value = 'true' from global_setting s where s.key = 'demo'), false), t.state
    from global_tenant t where t.slug = $1"""
_ALL = text("select id, slug, name, preset, today, state from global_tenant order by slug")
_DEMO = text("select value = 'true' from global_setting where key = 'demo'")


async def find_tenant(system: AsyncSession, slug: str) -> Tenant:
    """The tenant of this slug; raises `NotFound`. `system` is a system session."""
    row = (await system.execute(_FIND, {"slug": slug})).one_or_none()
    if row is None:
        raise _unknown(slug)
    return _tenant(row, await is_demo_database(system))


async def find_tenant_at_once(readers: Readers, slug: str) -> Tenant:
    """The same in one round trip."""
    row = await readers.look(_FIND_AT_ONCE, slug)
    if row is None:
        raise _unknown(slug)
    return Tenant(*row)


def _unknown(slug: str) -> NotFound:
    return NotFound(
        "tenant_unknown",
        Words(
            f"没有名为“{slug}”的租户。可用 zhibu tenant list 查看已有租户。",
            f"There is no tenant named “{slug}”. zhibu tenant list shows those there are.",
        ),
        field="tenant",
    )


async def all_tenants(system: AsyncSession) -> list[Tenant]:
    """Every tenant by slug."""
    demo = await is_demo_database(system)
    return [_tenant(row, demo) for row in await system.execute(_ALL)]


async def is_demo_database(system: AsyncSession) -> bool:
    """Whether `zhibu demo` made this database."""
    return bool((await system.execute(_DEMO)).scalar())


async def open_tenant(system: AsyncSession, tenant: Tenant) -> None:
    """Writes the tenant's row and its anchor; raises `InvalidInput` where the slug is taken."""
    await refuse_taken(system, tenant.slug)
    await system.execute(
        text("select app.open_tenant(:id, :slug, :name, :preset, :today)"),
        {"id": tenant.id, "slug": tenant.slug, "name": tenant.name, "preset": tenant.preset, "today": tenant.today},
    )


async def refuse_taken(system: AsyncSession, slug: str) -> None:
    """Raises `InvalidInput` where a tenant has this slug."""
    if (await system.execute(_FIND, {"slug": slug})).one_or_none() is not None:
        raise InvalidInput(
            "slug_taken",
            Words(f"租户标识“{slug}”已被使用。请换一个。", f"The slug “{slug}” is taken. Choose another."),
            field="slug",
        )


def _tenant(row: Row[Any], demo: bool) -> Tenant:
    return Tenant(row.id, row.slug, row.name, row.preset, row.today, demo, row.state)
