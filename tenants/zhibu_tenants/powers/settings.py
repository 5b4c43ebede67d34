"""The tenant's settings on powers: administrators kept apart, how often access is reviewed, whether staff need approval."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.tenancy.tenant_settings import read_setting, write_setting

SEPARATED = "roles.separated"
REVIEW_DAYS = "access.review_days"
APPROVAL = "staff.approval"
DEFAULTS: dict[str, Any] = {SEPARATED: False, REVIEW_DAYS: 180, APPROVAL: False}


async def setting(session: AsyncSession, key: str) -> Any:
    """The setting's value, or its default; who changes it meanwhile waits until this transaction is over."""
    return await read_setting(session, key, DEFAULTS[key], held=True)


async def set_setting(session: AsyncSession, key: str, value: Any) -> None:
    """Writes the setting."""
    await write_setting(session, key, value)
