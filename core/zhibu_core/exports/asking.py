"""Asks for an export, and decides on one that waits for a second person."""

import datetime as dt
import secrets
import uuid
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import Conflict, Forbidden, InvalidInput
from zhibu_core.exports.declared import kind_of
from zhibu_core.exports.form import APPROVE, LONGEST_PURPOSE, SENSITIVE, Asked, Plan, common, plan, reach_of
from zhibu_core.exports.making import EXPORT_KEY, RECIPIENT_KEY, fresh_key, make_files
from zhibu_core.exports.models import Export, ExportRecipient
from zhibu_core.exports.reading import no_such_export
from zhibu_core.platform import Platform
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words

MAKE_NOTE, APPROVE_NOTE, REFUSE_NOTE = "export.make", "export.approve", "export.refuse"


async def ask(platform: Platform, session: AsyncSession, who: Scope, asked: Asked) -> Export:
    """Registers the export; its files are made at once unless a second person must agree first.

    Raises what `plan` raises.
    """
    planned = await plan(platform, session, who, asked)
    export = _registered(platform, session, who, planned)
    for place, name in enumerate(asked.recipients, start=1):
        _add_recipient(platform, session, who, export, place, name)
    await session.flush()
    fields = [column.key for column in planned.columns]
    await note(session, who, MAKE_NOTE, "export", export.id, fields=fields, purpose=asked.purpose)
    if not planned.needs_approval:
        await make_files(platform, session, who, export)
    return export


async def approve(platform: Platform, session: AsyncSession, who: Scope, export_id: uuid.UUID) -> Export:
    """Agrees, and makes the files; raises `NotFound`, `Conflict` where it no longer waits, `Forbidden` for one's own."""
    export = await _waiting(session, who, export_id)
    await _still_allowed(platform, session, who, export)
    export.is_approved = True
    _decide(session, who, export)
    await make_files(platform, session, who, export)
    await note(session, who, APPROVE_NOTE, "export", export.id)
    return export


async def refuse(session: AsyncSession, who: Scope, export_id: uuid.UUID, reason: str) -> Export:
    """Refuses for a reason that the asker reads; raises as `approve`, and `InvalidInput` without a reason."""
    export = await _waiting(session, who, export_id)
    if not 0 < len(reason) <= LONGEST_PURPOSE:
        raise InvalidInput(
            "export_reason",
            Words(
                f"请用 {LONGEST_PURPOSE} 字以内写明理由。", f"Give the reason in up to {LONGEST_PURPOSE} characters."
            ),
            field="reason",
        )
    export.state, export.reason = "refused", reason
    _decide(session, who, export)
    await note(session, who, REFUSE_NOTE, "export", export.id)
    return export


def may_decide(who: Scope, export: Export) -> bool:
    """Whether the reader may agree to it or refuse it: by the action, everywhere it reaches, and never the own."""
    return who.actor is not None and who.actor.person_id != export.asked_by and decides_over(who, export)


def decides_over(who: Scope, export: Export) -> bool:
    """Whether the action of deciding is held everywhere that the export reaches, by a person: a program decides nothing."""
    return not who.is_program and bool(export.paths) and all(who.may(APPROVE, path) for path in export.paths)


def _registered(platform: Platform, session: AsyncSession, who: Scope, planned: Plan) -> Export:
    asked, key = planned.asked, new_id()
    export = Export(
        id=key,
        number=f"E{who.today:%Y%m%d}-{secrets.token_hex(4).upper()}",
        kind=planned.kind.key,
        fields=[column.key for column in planned.columns],
        filters={name: asked.filters[name] for name in planned.kind.filters if asked.filters.get(name)},
        place=planned.place,
        paths=list(planned.paths),
        purpose=asked.purpose,
        format=asked.format,
        recipients=list(asked.recipients),
        line_count=planned.lines,
        person_count=planned.persons,
        is_sensitive=planned.is_sensitive,
        state="waiting",
        key=platform.keyring.cipher(who.tenant.id, EXPORT_KEY).seal(fresh_key(), key),
        asked_by=who.actor.person_id if who.actor else None,
        asked_at=instant_of(session),
        expires_on=who.today + dt.timedelta(days=asked.days),
        is_approved=False,
    )
    session.add(export)
    return export


def _add_recipient(
    platform: Platform, session: AsyncSession, who: Scope, export: Export, place: int, name: str
) -> None:
    key = new_id()
    sealed = platform.keyring.cipher(who.tenant.id, RECIPIENT_KEY).seal(fresh_key(), key)
    session.add(ExportRecipient(id=key, export_id=export.id, place=place, name=name, key=sealed))


async def _waiting(session: AsyncSession, who: Scope, export_id: uuid.UUID) -> Export:
    export = cast("Export | None", await session.scalar(select(Export).where(Export.id == export_id).with_for_update()))
    if export is None or not who.may(APPROVE):
        raise no_such_export()
    if not may_decide(who, export):
        raise Forbidden(
            "export_own",
            Words(
                "不能审批自己申请的导出，也不能审批超出本人权限范围的导出。",
                "Nobody approves their own export, nor one that reaches beyond where they may approve.",
            ),
        )
    if export.state != "waiting" or export.expires_on < who.today:
        raise Conflict(
            "export_state",
            Words("这次导出已不在待审批状态。请刷新页面查看。", "This export no longer waits. Load the page again."),
        )
    return export


async def _still_allowed(platform: Platform, session: AsyncSession, who: Scope, export: Export) -> None:
    """The asker must still hold what the export needs: a role may have ended meanwhile."""
    if export.asked_by is None:
        return
    asker = await platform.scopes.scope(session, who.tenant, export.asked_by)
    kind = kind_of(platform, who.plugins, export.kind)
    reach = reach_of(asker, kind)
    if export.is_sensitive:
        reach = common(reach, asker.paths(SENSITIVE))
    if not all(any(path.startswith(above) for above in reach) for path in export.paths):
        raise Conflict(
            "export_asker",
            Words(
                "申请人已不再具有这次导出所需的权限，不能批准。请驳回。",
                "Who asked no longer holds what this export needs. Refuse it.",
            ),
        )


def _decide(session: AsyncSession, who: Scope, export: Export) -> None:
    export.decided_by, export.decided_at = who.person(), instant_of(session)
