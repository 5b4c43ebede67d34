"""What administrators read of powers and sign-ins, as short lists of the API."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func

from zhibu_core.identity.access import TenantRole
from zhibu_core.identity.models import Account, Enrolment, Integrator
from zhibu_graphql.reading import Listing
from zhibu_graphql.reading.members import P
from zhibu_tenants.scim.models import DirectoryDay

A, E = Account.__table__.alias("ac"), Enrolment.__table__.alias("en")
I, R, D = Integrator.__table__.alias("it"), TenantRole.__table__.alias("tr"), DirectoryDay.__table__.alias("dd")  # noqa: E741


@dataclass(frozen=True, slots=True)
class SignInRecord:
    """What resolvers of SignIn get as `root`."""

    id: uuid.UUID
    person: str
    number: str | None
    issuer: str
    subject: str
    vouched_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class InvitationRecord:
    """What resolvers of Invitation get as `root`."""

    id: uuid.UUID
    person: str
    number: str | None
    made_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ProgramRecord:
    """What resolvers of Program get as `root`."""

    id: uuid.UUID
    name: str
    client: str
    scopes: list[str]
    made_at: dt.datetime
    ended_at: dt.datetime | None
    last_used_on: dt.date | None


@dataclass(frozen=True, slots=True)
class OwnRoleRecord:
    """What resolvers of OwnRole get as `root`."""

    id: uuid.UUID
    key: str
    name: str
    actions: list[str]


@dataclass(frozen=True, slots=True)
class DirectoryDayRecord:
    """What resolvers of DirectoryDay get as `root`."""

    id: uuid.UUID
    client: str
    day: dt.date
    written: int
    refused: int
    last_at: dt.datetime
    last_refusal: str | None


def _columns(record: Any, table: Any, **named: Any) -> dict[str, Any]:
    return {name: named[name] if name in named else table.c[name] for name in record.__dataclass_fields__}


SIGN_INS = Listing(
    name="sign-ins",
    record=SignInRecord,
    columns=_columns(SignInRecord, A, person=P.c.name, number=P.c.number, vouched_at=A.c.factor_vouched_at),
    source=A.join(P, and_(P.c.tenant_id == A.c.tenant_id, P.c.id == A.c.person_id)),
    tables=[A, P],
    order=[P.c.name, A.c.id],
)

INVITATIONS = Listing(
    name="invitations",
    record=InvitationRecord,
    columns=_columns(InvitationRecord, E, person=P.c.name, number=P.c.number),
    source=E.join(P, and_(P.c.tenant_id == E.c.tenant_id, P.c.id == E.c.person_id)),
    tables=[E, P],
    order=[E.c.made_at, E.c.id],
    always=[E.c.used_at.is_(None), E.c.expires_at > func.now()],
    descending=True,
)

PROGRAMS = Listing(
    name="programs",
    record=ProgramRecord,
    columns=_columns(ProgramRecord, I, client=I.c.client_id, ended_at=I.c.off_since),
    source=I,
    tables=[I],
    order=[I.c.name, I.c.id],
)

OWN_ROLES = Listing(
    name="own roles",
    record=OwnRoleRecord,
    columns=_columns(OwnRoleRecord, R, name=R.c.name_zh),
    source=R,
    tables=[R],
    order=[R.c.key],
    always=[R.c.ended_at.is_(None)],
)

DIRECTORY_DAYS = Listing(
    name="days of directories",
    record=DirectoryDayRecord,
    columns=_columns(DirectoryDayRecord, D),
    source=D,
    tables=[D],
    order=[D.c.day, D.c.client],
    descending=True,
)
