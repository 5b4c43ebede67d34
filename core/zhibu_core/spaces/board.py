"""The board: what consenting tenants offer and need in public; each tenant writes its own lines, all may read them."""

import datetime as dt
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import ColumnElement, Select, all_, delete, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from zhibu_core.audit import note
from zhibu_core.tenancy.directory import GlobalTenant, TenantSetting
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.models import Base
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words

Kind = Literal["offer", "need"]
LISTED: Final = "board.listed"
"""The tenant's setting: whether its administrator has said that the board may show it. Nobody has, at first."""

CATEGORIES: Final[Mapping[str, Words]] = {
    "lecture": Words("讲座宣讲", "lectures"),
    "base": Words("教育实践基地", "bases for visits and practice"),
    "expert": Words("专家人才", "experts"),
    "internship": Words("实习实训", "internships"),
    "service": Words("志愿与便民服务", "services"),
    "joint_study": Words("联合学习", "joint study"),
}
"""What one may offer or need (domain.md 4.1 `co_building`)."""


class BoardLine(Base):
    """The global table behind the board; the runtime role reads it, `app.say_on_board` alone writes it."""

    __tablename__ = "global_board_line"

    tenant: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    organization: Mapped[str]
    code: Mapped[str]
    kind: Mapped[str]
    category: Mapped[str]
    title: Mapped[str]
    about: Mapped[str]
    place: Mapped[str]
    place_key: Mapped[str]
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    capacity: Mapped[int | None]
    valid_until: Mapped[dt.date]
    said_at: Mapped[dt.datetime]


@dataclass(frozen=True)
class Line:
    """An offer or a need, exactly as the board shows it: nothing about a person is in it.

    `organization` is its full name, `code` its code in its tenant. Without `place` it may be anywhere, without dates at any
    time, without `capacity` (people) for any number. It stands on the board to the end of `valid_until`.
    """

    id: uuid.UUID
    organization: str
    code: str
    kind: str
    category: str
    title: str
    about: str
    place: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    capacity: int | None
    valid_until: dt.date
    said_at: dt.datetime


@dataclass(frozen=True)
class Posted:
    """A line on the board, with the tenant that says it."""

    line: Line
    slug: str
    tenant: str


@dataclass(frozen=True)
class Asked:
    """What somebody looks for: "" and false ask for nothing; `own` are the reader's tenant's lines alone."""

    kind: str = ""
    category: str = ""
    place: str = ""
    own: bool = False

    @property
    def anything(self) -> bool:
        """Whether lines are left out."""
        return bool(self.kind or self.category or self.place or self.own)


Place = tuple[dt.datetime, uuid.UUID]
"""Where a line stands in the order of the board: newest first, in no other order than time."""

LINE: Final = [getattr(BoardLine, name) for name in Line.__dataclass_fields__]
_SAY = text("select app.say_on_board(cast(:gone as uuid[]), cast(:said as jsonb))")
_LOCK = text("select pg_advisory_xact_lock(hashtextextended('zhibu board ' || :tenant, 0))")


def place_key(place: str) -> str:
    """A place as it is compared: one width of letters, one case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", place).casefold().split())


async def is_listed(session: AsyncSession) -> bool:
    """Whether the tenant's administrator has said that the board may show it."""
    found = await session.scalar(select(TenantSetting.value).where(TenantSetting.key == LISTED))
    return bool(found and found["value"])


async def decide(session: AsyncSession, scope: Scope, action: str, *, listed: bool) -> None:
    """Lets the board show the tenant, or no longer, which empties it at once; done under `action`, noted in the audit.

    Whoever keeps offers and needs says them after it (`say`).
    """
    await _alone(session)
    row = await session.scalar(select(TenantSetting).where(TenantSetting.key == LISTED))
    if row is None:
        row = TenantSetting(id=new_id(), key=LISTED)
        session.add(row)
    row.value = {"value": listed}
    await session.flush()
    if not listed:
        await _replace(session, None, ())
    await note(session, scope, action, "board", fields=["listed" if listed else "left"])


async def say(session: AsyncSession, lines: Sequence[Line], *, gone: Sequence[uuid.UUID] | None = None) -> int:
    """Puts `lines` on the board in place of the tenant's lines with the ids `gone` (None: all); returns how many stand.

    Without the administrator's word the old ones go all the same and none is put.
    """
    await _alone(session)
    return await _replace(session, gone, lines if await is_listed(session) else ())


async def leave(session: AsyncSession) -> None:
    """Takes everything of the tenant off the board; its administrator's word stays as it is."""
    await _alone(session)
    await _replace(session, None, ())


async def forget_word(session: AsyncSession) -> None:
    """Takes back the administrator's word that came with an archive: it was given for the board of another installation."""
    await session.execute(delete(TenantSetting).where(TenantSetting.key == LISTED))


async def board_page(
    session: AsyncSession, asked: Asked, today: dt.date, *, limit: int = 20, after: Place | None = None
) -> list[Posted]:
    """The lines in force that are asked for, newest first, after a place in that order; two statements."""
    query = select(BoardLine.tenant, *LINE).where(*standing(today), *_conditions(session, asked))
    if after is not None:
        query = query.where(tuple_(BoardLine.said_at, BoardLine.id) < after)
    return await posted_lines(session, query.order_by(BoardLine.said_at.desc(), BoardLine.id.desc()).limit(limit))


async def board_count(session: AsyncSession, asked: Asked, today: dt.date) -> int:
    """How many lines in force are asked for."""
    query = select(func.count()).select_from(BoardLine).where(*standing(today), *_conditions(session, asked))
    return int(await session.scalar(query) or 0)


async def posted(session: AsyncSession, slug: str, line_id: uuid.UUID, today: dt.date) -> Posted | None:
    """One line in force by its tenant's name in addresses and its id."""
    owner = select(GlobalTenant.id).where(GlobalTenant.slug == slug).scalar_subquery()
    query = select(BoardLine.tenant, *LINE).where(BoardLine.tenant == owner, BoardLine.id == line_id, *standing(today))
    found = await posted_lines(session, query)
    return found[0] if found else None


async def posted_lines(session: AsyncSession, query: Select[Any]) -> list[Posted]:
    """The lines of a query for tenant and `LINE`, in its order, with their tenants' names, which are joined to what is left."""
    lines = (await session.execute(query)).all()
    tenants = {row.tenant for row in lines}
    names = select(GlobalTenant.id, GlobalTenant.slug, GlobalTenant.name).where(GlobalTenant.id.in_(tenants))
    known = {key: (slug, name) for key, slug, name in await session.execute(names)} if tenants else {}
    return [Posted(Line(*row[1:]), *known[row.tenant]) for row in lines if row.tenant in known]


def standing(today: dt.date) -> tuple[ColumnElement[bool], ...]:
    """The one predicate of what the board shows: lines in force of tenants that are open.

    The few that are not are found first: a join is planned badly while nobody has counted the table's rows.
    """
    closed = select(GlobalTenant.id).where(GlobalTenant.state != "open").scalar_subquery()
    return (BoardLine.tenant != all_(func.array(closed)), BoardLine.valid_until >= today)


def _conditions(session: AsyncSession, asked: Asked) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.kind:
        conditions.append(BoardLine.kind == asked.kind)
    if asked.category:
        conditions.append(BoardLine.category == asked.category)
    if key := place_key(asked.place):
        conditions.append(func.strpos(BoardLine.place_key, key) > 0)
    if asked.own:
        conditions.append(BoardLine.tenant == tenant_of(session))
    return conditions


async def _alone(session: AsyncSession) -> None:
    """Saying and deciding of one tenant follow one another, so that no line slips past the administrator's word."""
    await session.execute(_LOCK, {"tenant": str(tenant_of(session))})


async def _replace(session: AsyncSession, gone: Sequence[uuid.UUID] | None, lines: Sequence[Line]) -> int:
    said = [asdict(line) | {"place_key": place_key(line.place)} for line in lines]
    values = {"gone": None if gone is None else list(gone), "said": msgspec.json.encode(said).decode()}
    return int(await session.scalar(_SAY, values) or 0)
