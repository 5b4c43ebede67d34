"""Makes the files of an export: reads the lines once, notes who is in them, and seals one marked file for each recipient."""

import asyncio
import datetime as dt
import secrets
import uuid
from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from typing import Any, cast

from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.exports.declared import ExportColumn, ExportKind, kind_of
from zhibu_core.exports.form import parameters
from zhibu_core.exports.marking import digest_of
from zhibu_core.exports.models import Export, ExportPerson, ExportRecipient
from zhibu_core.exports.writing import CONTENT_TYPES, Copy, written
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, open_secrets
from zhibu_core.platform import Platform
from zhibu_core.storage.keeping import blocks_of
from zhibu_core.storage.models import File
from zhibu_core.storage.objects import Content, claim_object, put_object
from zhibu_core.storage.port import store_unavailable
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of

OBJECT_TYPE = "core.export"
HEARTBEAT = 4.0
"""Seconds between two signs of life, less than a transaction may be idle (`tenancy.limits`)."""

EXPORT_KEY, RECIPIENT_KEY = "export.key", "export_recipient.key"

Line = tuple[uuid.UUID, list[str]]


def fresh_key() -> bytes:
    """A key for marks or digests: 32 random bytes in hexadecimal, since an archive says sealed values as text."""
    return secrets.token_hex(32).encode()


async def make_files(platform: Platform, session: AsyncSession, who: Scope, export: Export) -> None:
    """The export becomes ready in the session's transaction: its lines as they are now, one file a recipient.

    Objects are put before their rows are committed: whoever is killed between leaves some that the sweep finds.
    """
    kind = kind_of(platform, who.plugins, export.kind)
    columns = kind.chosen(export.fields)
    lines = await _lines(platform, session, who, kind, columns, export)
    await _note_persons(platform, session, who, export, lines)
    export.line_count, export.person_count = len(lines), len({person for person, _ in lines})
    export.state = "ready"
    query = select(ExportRecipient).where(ExportRecipient.export_id == export.id).order_by(ExportRecipient.place)
    for recipient in await session.scalars(query):
        key = platform.keyring.cipher(who.tenant.id, RECIPIENT_KEY).open(recipient.key, recipient.id)
        said = notice(export, recipient.name, who.tenant.name, who.today)
        copy = Copy(kind.title.zh, export.number, said, key, columns, [cells for _, cells in lines])
        content = await _awake(session, asyncio.create_task(asyncio.to_thread(written, copy, export.format)))
        await _keep(platform, session, who, export, recipient, content)
    await session.flush()


def notice(export: Export, recipient: str, tenant: str, day: dt.date) -> str:
    """The visible line: who, when, what for, and the number."""
    return (
        f"{tenant}内部资料，仅供“{recipient}”使用，不得转发。用途：{export.purpose}。{day} 导出，编号 {export.number}。"
    )


async def _awake(session: AsyncSession, writing: asyncio.Task[bytes]) -> bytes:
    """What is being written; meanwhile the database hears of us, which else takes the transaction for lost."""
    while not (await asyncio.wait({writing}, timeout=HEARTBEAT))[0]:
        await session.execute(text("select 1"))
    return writing.result()


async def _lines(
    platform: Platform,
    session: AsyncSession,
    who: Scope,
    kind: ExportKind,
    columns: Sequence[ExportColumn],
    export: Export,
) -> list[Line]:
    given = parameters(who.tenant.id, kind, export.paths, cast("Mapping[str, str]", export.filters))
    rows = (await session.execute(kind.statement, given)).mappings().all()
    cipher = platform.keyring.cipher(who.tenant.id, COLUMN)
    opened = any(column.sealed_as for column in columns)
    found: list[Line] = []
    for row in rows:
        own = open_secrets(cipher, row["person_id"], row["sealed"]) if opened else None
        found.append((row["person_id"], [_said(row, column, own) for column in columns]))
    return found


def _said(row: Any, column: ExportColumn, own: PersonSecrets | None) -> str:
    value = getattr(own, column.sealed_as) if column.sealed_as else row[column.key]
    if value in column.words:
        return column.words[value].zh
    return "" if value is None else str(value)


async def _note_persons(
    platform: Platform, session: AsyncSession, who: Scope, export: Export, lines: Sequence[Line]
) -> None:
    key = platform.keyring.cipher(who.tenant.id, EXPORT_KEY).open(export.key, export.id)
    by_person: dict[uuid.UUID, list[bytes]] = {}
    for person, cells in lines:
        by_person.setdefault(person, []).append(digest_of(key, cells))
    rows = [
        {"id": new_id(), "export_id": export.id, "person_id": person, "digests": b"".join(digests)}
        for person, digests in by_person.items()
    ]
    await session.flush()
    await insert_rows(session, cast("Table", ExportPerson.__table__), rows)


async def _keep(
    platform: Platform, session: AsyncSession, who: Scope, export: Export, recipient: ExportRecipient, content: bytes
) -> None:
    known = Content(sha256(content).hexdigest(), len(content))
    made = await put_object(platform, who.tenant.id, known, lambda: blocks_of(BytesIO(content)))
    found, _ = await claim_object(platform, session, known, made)
    if not found:  # no two files of any exports are alike, so nobody else can have swept this one
        raise store_unavailable("claim")
    file = File(
        id=new_id(),
        name=f"{export.number}-{recipient.place}.{export.format}",
        size=known.size,
        sha256=known.sha256,
        content_type=CONTENT_TYPES[export.format],
        state="clean",
        object_type=OBJECT_TYPE,
        object_id=recipient.id,
        uploaded_by=None,
        uploaded_at=instant_of(session),
    )
    session.add(file)
    recipient.file_id, recipient.file_sha256, recipient.file_size = file.id, known.sha256, known.size
