"""The tenant's settings on powers: administrators kept apart, how often access is reviewed, whether staff need approval."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.ids import new_id

SEPARATED = "roles.separated"
REVIEW_DAYS = "access.review_days"
APPROVAL = "staff.approval"
DEFAULTS: dict[str, Any] = {SEPARATED: False, REVIEW_DAYS: 180, APPROVAL: False}


async def setting(session: AsyncSession, key: str) -> Any:
    """The setting's value, or its default; who changes it meanwhile waits until this transaction is over."""
    query = select(TenantSetting.value).where(TenantSetting.key == key).with_for_update(read=True)
    found = await session.scalar(query)
    return DEFAULTS[key] if found is None else found["value"]


async def set_setting(session: AsyncSession, key: str, value: Any) -> None:
    """Writes the setting."""
    row = await session.scalar(select(TenantSetting).where(TenantSetting.key == key).with_for_update())
    if row is None:
        row = TenantSetting(id=new_id(), key=key)
        session.add(row)
    row.value = {"value": value}
    await session.flush()
