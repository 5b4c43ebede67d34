"""What hangs on a meeting, as lists of the API: its roll, its tasks, its files."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, literal, or_

from zhibu_core.http.files import link_of, may_open
from zhibu_core.storage.models import File
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.reading import Link, Listing, held
from zhibu_graphql.reading.members import P
from zhibu_graphql.reading.organizations import O
from zhibu_graphql.sql import Opened, Opening
from zhibu_orglife.actions import READ_ROLL
from zhibu_orglife.evidence import OBJECT
from zhibu_orglife.listings import TABLE, M
from zhibu_orglife.models import Attendance, Task

MEETING = TABLE.alias("meeting")
A, T, F = Attendance.__table__.alias("oa"), Task.__table__.alias("ot"), File.__table__.alias("fi")
NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class RollRecord:
    """One line of a roll; `confirmed` and `disputed` are the person's own word."""

    id: uuid.UUID
    person_id: uuid.UUID
    name: str
    number: str | None
    mark: str
    reason: str
    confirmed: bool
    disputed: str | None


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One thing that was agreed to be done."""

    id: uuid.UUID
    text: str
    owner_person_id: uuid.UUID | None
    due_on: dt.date | None
    closed_on: dt.date | None


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file; `uploader` is the uuid of nobody where it is not known."""

    id: uuid.UUID
    name: str
    content_type: str
    sha256: str
    state: str
    uploaded_at: dt.datetime
    uploader: uuid.UUID
    kibibytes: int


def _own_line_or_all(scope: Scope) -> ColumnElement[bool]:
    return or_(held(scope, READ_ROLL, O.c.path), A.c.person_id == scope.person())


_OF_ROLL = {"name": P.c.name, "number": P.c.number, "confirmed": A.c.confirmed_at.is_not(None)}
_OF_FILE = {"uploader": func.coalesce(F.c.uploaded_by, literal(NOBODY)), "kibibytes": (F.c.size + 1023) // 1024}

ROLL = Listing(
    name="roll",
    record=RollRecord,
    columns={name: _OF_ROLL[name] if name in _OF_ROLL else A.c[name] for name in RollRecord.__dataclass_fields__},
    source=A.join(P, and_(P.c.tenant_id == A.c.tenant_id, P.c.id == A.c.person_id))
    .join(M, and_(M.c.tenant_id == A.c.tenant_id, M.c.id == A.c.meeting_id))
    .join(O, and_(O.c.tenant_id == M.c.tenant_id, O.c.id == M.c.organization_id)),
    tables=[A, P, M, O],
    order=[P.c.sort_name, P.c.id],
    narrowed=_own_line_or_all,
    links={"of": Link(MEETING, A.c.meeting_id == MEETING.c.id)},
)

TASKS = Listing(
    name="tasks",
    record=TaskRecord,
    columns={name: T.c[name] for name in TaskRecord.__dataclass_fields__},
    source=T,
    tables=[T],
    order=[T.c.id],
    links={"of": Link(MEETING, T.c.meeting_id == MEETING.c.id)},
)

FILES = Listing(
    name="files of meetings",
    record=FileRecord,
    columns={name: _OF_FILE[name] if name in _OF_FILE else F.c[name] for name in FileRecord.__dataclass_fields__},
    source=F,
    tables=[F],
    order=[F.c.uploaded_at, F.c.id],
    always=[F.c.object_type == OBJECT, F.c.withdrawn_at.is_(None)],
    links={"of": Link(MEETING, F.c.object_id == MEETING.c.series_id)},
)


def _link(opening: Opening, values: tuple[str, ...]) -> str | None:
    key, state, uploader = values
    file = File(id=uuid.UUID(key), state=state, uploaded_by=uuid.UUID(uploader))
    if not may_open(file, opening.scope.person()):
        return None
    return link_of(opening.platform, opening.scope, opening.prefix, file)[0]


def _upload(opening: Opening, values: tuple[str, ...]) -> str:
    return f"{opening.prefix}/life/meetings/{values[0]}/uploads"


LINK = Opened((F.c.id, F.c.state, _OF_FILE["uploader"]), _link, ("id", "state", "uploader"))
UPLOAD = Opened((M.c.id,), _upload, ("id",))
