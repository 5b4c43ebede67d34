"""Ends an export before its last day: its files cannot be taken from then on and are deleted, the register says who and why."""

import uuid
from collections.abc import Sequence
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Conflict, InvalidInput
from zhibu_core.exports.asking import decides_over
from zhibu_core.exports.expiring import remove_files
from zhibu_core.exports.form import LONGEST_PURPOSE
from zhibu_core.exports.models import Export
from zhibu_core.exports.reading import may_see, no_such_export
from zhibu_core.platform import Platform
from zhibu_core.storage.objects import discard
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words

END_NOTE = "export.end"
OPEN = ("waiting", "ready")


def may_end(who: Scope, export: Export) -> bool:
    """Whether the reader may end it: whoever asked for it, who may decide on such, and the operator at the machine."""
    if who.actor is None or who.actor.person_id == export.asked_by:
        return True
    return decides_over(who, export)


def is_open(who: Scope, export: Export) -> bool:
    """Whether there is anything to end."""
    return export.state in OPEN and export.expires_on >= who.today


async def end(session: AsyncSession, who: Scope, export_id: uuid.UUID, reason: str = "") -> tuple[Export, list[str]]:
    """The ended export, and the names of its objects, to be deleted once the transaction is kept.

    Raises `NotFound` for one that the reader may not see or end, `Conflict` where it is over already, `InvalidInput` for a
    reason that is too long.
    """
    query = select(Export).where(Export.id == export_id).with_for_update()
    export = cast("Export | None", await session.scalar(query))
    if export is None or not may_see(who, export) or not may_end(who, export):
        raise no_such_export()
    if not is_open(who, export):
        raise Conflict(
            "export_state",
            Words("这次导出已经结束。请刷新页面查看。", "This export is over already. Load the page again."),
        )
    if len(reason) > LONGEST_PURPOSE:
        raise InvalidInput(
            "export_reason",
            Words(f"理由不超过 {LONGEST_PURPOSE} 字。", f"A reason has up to {LONGEST_PURPOSE} characters."),
            field="reason",
        )
    export.state, export.reason = "ended", reason or None
    export.decided_by = who.actor.person_id if who.actor else None
    export.decided_at = instant_of(session)
    names = await remove_files(session, [export.id])
    await note(session, who, END_NOTE, "export", export.id, fields=["content"], purpose=reason or None)
    return export, names


async def discard_all(platform: Platform, names: Sequence[str]) -> None:
    """Deletes what no row names any more; what is left of it when broken off is unreadable, and swept at night."""
    for name in names:
        await discard(platform, name)
