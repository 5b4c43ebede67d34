"""The register as it is read: by the asker, by who approves, by the auditor, and by each person who is in an export."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from zhibu_core.audit import note
from zhibu_core.errors import Gone, NotFound
from zhibu_core.exports.form import APPROVE, MAKE
from zhibu_core.exports.models import Export, ExportDownload, ExportPerson, ExportRecipient
from zhibu_core.organization.people import Person
from zhibu_core.storage.models import File
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words

READ = "export.read"
ROWS = 50
TAKE_NOTE = "export.download"


@dataclass(frozen=True)
class Line:
    """An export in a list, with the names of who asked and who decided (None: the operator, or nobody yet)."""

    export: Export
    asked_by: str | None
    decided_by: str | None


@dataclass(frozen=True)
class Taken:
    """That a file was taken: by whom (None: the operator at the machine), when, through what."""

    recipient: str
    by: str | None
    at: dt.datetime
    client: str


@dataclass(frozen=True)
class Entry:
    """One export whole: its recipients and who took their files."""

    line: Line
    recipients: Sequence[ExportRecipient]
    taken: Sequence[Taken]


@dataclass(frozen=True)
class Search:
    """What the register is narrowed to: a word of number, purpose, place or a recipient's name; a person listed (name or
    number); a state.
    """

    word: str = ""
    person: str = ""
    state: str = ""


def visible_to(who: Scope) -> ColumnElement[bool] | None:
    """Which exports the reader may see: all with `export.read`, else the own and those to decide on; None for all."""
    if who.actor is None or who.may(READ, ""):
        return None
    return Export.asked_by == who.actor.person_id


async def register(session: AsyncSession, who: Scope, asked: Search, after: uuid.UUID | None = None) -> list[Line]:
    """At most 51 exports that the reader may see, newest first (one statement); one more than fifty says there are more."""
    conditions: list[ColumnElement[bool]] = []
    seen = visible_to(who)
    if seen is not None:
        conditions.append(seen)
    if asked.state:
        conditions.append(Export.state == asked.state)
    if asked.word:
        conditions.append(
            or_(
                *(
                    column.contains(asked.word, autoescape=True)
                    for column in (Export.number, Export.purpose, Export.place)
                ),
                func.array_to_string(Export.recipients, "\n").contains(asked.word, autoescape=True),
            )
        )
    if asked.person:
        named = select(Person.id).where(or_(Person.name == asked.person, Person.number == asked.person))
        listed = select(ExportPerson.export_id).where(ExportPerson.person_id.in_(named))
        conditions.append(Export.id.in_(listed))
    if after is not None:
        conditions.append(Export.id < after)
    return await _lines(session, conditions, ROWS + 1)


async def waiting_for(session: AsyncSession, who: Scope) -> list[Line]:
    """The exports that wait for the reader's word, oldest last (one statement; none without the action)."""
    if who.actor is None or not who.may(APPROVE):
        return []
    waiting = [
        Export.state == "waiting",
        Export.expires_on >= who.today,
        Export.asked_by.is_distinct_from(who.actor.person_id),
    ]
    lines = await _lines(session, waiting, ROWS)
    return [line for line in lines if all(who.may(APPROVE, path) for path in line.export.paths)]


async def containing(session: AsyncSession, person: uuid.UUID) -> list[Line]:
    """The newest exports that the person is in (one statement), whoever else is."""
    listed = select(ExportPerson.export_id).where(ExportPerson.person_id == person)
    return await _lines(session, [Export.id.in_(listed)], ROWS)


async def listing_of(session: AsyncSession, person: uuid.UUID) -> list[dict[str, Any]]:
    """The same as plain rows for who asks what is kept about them: number, purpose, fields, recipients, days."""
    keys = ("number", "kind", "purpose", "fields", "recipients", "asked_at", "expires_on", "state")
    return [{key: getattr(line.export, key) for key in keys} for line in await containing(session, person)]


async def entry_of(session: AsyncSession, who: Scope, export_id: uuid.UUID) -> Entry:
    """One export (three statements); raises `NotFound` for one that the reader may not see."""
    found = await _lines(session, [Export.id == export_id], 1)
    if not found or not may_see(who, found[0].export):
        raise no_such_export()
    query = select(ExportRecipient).where(ExportRecipient.export_id == export_id).order_by(ExportRecipient.place)
    recipients = list(await session.scalars(query))
    return Entry(found[0], recipients, await _taken(session, export_id))


def may_see(who: Scope, export: Export) -> bool:
    """Whether the reader may open the export's entry."""
    if who.actor is None or who.may(READ, "") or export.asked_by == who.actor.person_id:
        return True
    return bool(export.paths) and all(who.may(APPROVE, path) for path in export.paths)


async def take(session: AsyncSession, who: Scope, export_id: uuid.UUID, recipient_id: uuid.UUID) -> File:
    """The file of a recipient for its asker, noted as taken in the session's transaction; raises `NotFound`, and `Gone` once
    it has expired.
    """
    query = select(Export).where(Export.id == export_id).with_for_update(read=True)
    export = await session.scalar(query)
    if export is None or not _may_take(who, export):
        raise no_such_export()
    wanted = (ExportRecipient.export_id == export_id, ExportRecipient.id == recipient_id)
    recipient = await session.scalar(select(ExportRecipient).where(*wanted))
    if recipient is None:
        raise no_such_export()
    if export.state != "ready" or export.expires_on < who.today or recipient.file_id is None:
        raise Gone(
            "export_over",
            Words(
                "这份导出文件还不能下载，或已过期删除。", "This file cannot be taken yet, or has expired and is gone."
            ),
        )
    file = await session.scalar(select(File).where(File.id == recipient.file_id))
    if file is None:
        raise no_such_export()
    by, client = (who.actor.person_id, who.actor.client) if who.actor else (None, "command")
    taken = ExportDownload(id=new_id(), export_id=export_id, recipient_id=recipient.id, taken_by=by,
                           taken_at=instant_of(session), client=client)  # fmt: skip
    session.add(taken)
    await session.flush()
    await note(session, who, TAKE_NOTE, "export", export_id, fields=export.fields, purpose=export.purpose)
    return file


def _may_take(who: Scope, export: Export) -> bool:
    """The asker, as long as exports may be made where its rows are from; the operator at the machine."""
    if who.actor is None:
        return True
    return export.asked_by == who.actor.person_id and all(who.may(MAKE, path) for path in export.paths)


async def by_number(session: AsyncSession, number: str) -> Export:
    """The export of this number; raises `NotFound`."""
    found: Export | None = await session.scalar(select(Export).where(Export.number == number.strip().upper()))
    if found is None:
        raise no_such_export()
    return found


async def _lines(session: AsyncSession, conditions: Sequence[ColumnElement[bool]], most: int) -> list[Line]:
    asker, decider = aliased(Person), aliased(Person)
    query = (
        select(Export, asker.name, decider.name)
        .outerjoin(asker, and_(asker.tenant_id == Export.tenant_id, asker.id == Export.asked_by))
        .outerjoin(decider, and_(decider.tenant_id == Export.tenant_id, decider.id == Export.decided_by))
        .where(*conditions)
        .order_by(Export.id.desc())
        .limit(most)
    )
    return [Line(*row) for row in (await session.execute(query)).all()]


async def _taken(session: AsyncSession, export_id: uuid.UUID) -> list[Taken]:
    query: Any = (
        select(ExportRecipient.name, Person.name, ExportDownload.taken_at, ExportDownload.client)
        .select_from(ExportDownload)
        .join(
            ExportRecipient,
            and_(
                ExportRecipient.tenant_id == ExportDownload.tenant_id,
                ExportRecipient.id == ExportDownload.recipient_id,
            ),
        )
        .outerjoin(Person, and_(Person.tenant_id == ExportDownload.tenant_id, Person.id == ExportDownload.taken_by))
        .where(ExportDownload.export_id == export_id)
        .order_by(ExportDownload.taken_at)
    )
    return [Taken(*row) for row in (await session.execute(query)).all()]


def no_such_export() -> NotFound:
    """One answer for what is unknown, foreign or not the reader's."""
    return NotFound("export_unknown", Words("没有找到这次导出。", "There is no such export."))
