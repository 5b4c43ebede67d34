"""Ends exports whose last day is over: the files go, the register stays."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.exports.models import Export, ExportRecipient
from zhibu_core.platform import Platform
from zhibu_core.schedule import DAY, Scheduled
from zhibu_core.storage.models import File, FileObject
from zhibu_core.storage.objects import discard
from zhibu_core.tenancy.directory import all_tenants
from zhibu_core.tenancy.scope import Scope, Tenant

AT_NIGHT = dt.timedelta(hours=17)
"""01:00 in Beijing."""

AT_WORK = ("open", "suspended")
EXPIRE_NOTE = "export.expire"


async def expire_everywhere(platform: Platform, now: dt.datetime) -> None:
    """Every tenant that is neither coming nor going."""
    del now  # each tenant has its own day
    async with platform.database.system_session() as system:
        tenants = await all_tenants(system)
    for tenant in tenants:
        if tenant.state in AT_WORK:
            await expire_tenant(platform, tenant)


async def expire_tenant(platform: Platform, tenant: Tenant) -> int:
    """Ends what is over and deletes its files; how many exports. Broken off, it leaves objects that the sweep finds."""
    async with platform.database.session(tenant.id) as session:
        over = (Export.state.in_(("waiting", "ready")), Export.expires_on < tenant.current_day())
        exports = list(await session.scalars(select(Export).where(*over).with_for_update()))
        names = await remove_files(session, [export.id for export in exports])
        for export in exports:
            export.state = "expired"
            await note(session, Scope(tenant, frozenset()), EXPIRE_NOTE, "export", export.id, fields=["content"])
    for name in names:
        await discard(platform, name)
    return len(exports)


async def remove_files(session: AsyncSession, exports: Sequence[uuid.UUID]) -> list[str]:
    """Takes the files' rows away and returns the names of their objects, which nothing else has: each file is marked."""
    recipients = list(
        await session.scalars(
            select(ExportRecipient).where(ExportRecipient.export_id.in_(exports), ExportRecipient.file_id.is_not(None))
        )
    )
    if not recipients:
        return []
    await session.execute(delete(File).where(File.id.in_([one.file_id for one in recipients])))
    unused = ~exists().where(File.tenant_id == FileObject.tenant_id, File.sha256 == FileObject.sha256)
    gone = delete(FileObject).where(FileObject.sha256.in_([one.file_sha256 for one in recipients]), unused)
    names = list(await session.scalars(gone.returning(FileObject.name)))
    for recipient in recipients:
        recipient.file_id = None
    return names


SCHEDULED = (Scheduled("exports.expire", DAY, expire_everywhere, at=AT_NIGHT, lease=dt.timedelta(hours=1)),)
