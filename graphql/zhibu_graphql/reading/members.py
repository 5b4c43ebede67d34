"""Members as lists: current memberships with their persons, and the sealed values of persons."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select

from zhibu_core.organization.people import Membership, Person
from zhibu_core.organization.sealed import COLUMN, PersonSecrets, open_secrets
from zhibu_graphql.context import Context
from zhibu_graphql.reading.listing import Link, Listing, among, within
from zhibu_graphql.reading.organizations import BELOW, PARENT, O
from zhibu_graphql.sql import Opened, Opening

TAG = "M"
MEMBERSHIP: Any = Membership.__table__
PERSON: Any = Person.__table__
M, P = MEMBERSHIP.alias("m"), PERSON.alias("p")


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """What resolvers of Member get as `root`: `id` is the person's, `path` the branch's place in the tree."""

    id: uuid.UUID
    organization_id: uuid.UUID
    path: str
    name: str
    number: str | None
    sex: str | None
    ethnic: str | None
    birth_on: dt.date | None
    education: str | None
    post: str | None
    member_class: str
    status: str
    joined_on: dt.date
    full_on: dt.date | None
    standing_from: dt.date | None
    is_lost: bool
    lost_since: dt.date | None
    is_mobile: bool
    mobile_to: str | None
    party_post: str | None
    since: dt.date


_OF_PERSON = ("id", "name", "number", "sex", "ethnic", "birth_on", "education", "post")


def _column(name: str) -> Any:
    return P.c[name] if name in _OF_PERSON else O.c.path if name == "path" else M.c[name]


COLUMNS = {name: _column(name) for name in MemberRecord.__dataclass_fields__}

MEMBERS = Listing(
    name="members",
    record=MemberRecord,
    columns=COLUMNS,
    source=M.join(P, and_(P.c.tenant_id == M.c.tenant_id, P.c.id == M.c.person_id)).join(
        O, and_(O.c.tenant_id == M.c.tenant_id, O.c.id == M.c.organization_id)
    ),
    tables=[M, P, O],
    order=[P.c.sort_name, P.c.id],
    place=O.c.path,
    action="member.read",
    own=("member.read_own", M.c.person_id),
    at=M.c.organization_id,
    always=[M.c.until.is_(None)],
    filters={
        "below": lambda path: within(O.c.path, path),
        "at": lambda key: M.c.organization_id == key,
        "starts": lambda text: func.starts_with(P.c.name, text),
        "number": lambda number: P.c.number == number,
        "status": lambda status: M.c.status == status,
        "member_class": lambda key: M.c.member_class == key,
        "is_lost": lambda yes: M.c.is_lost.is_(yes),
        "is_mobile": lambda yes: M.c.is_mobile.is_(yes),
    },
    links={
        "below": BELOW,
        "at": Link(PARENT, M.c.organization_id == PARENT.c.id),
    },
)


async def secrets_of(context: Context, keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, PersonSecrets]:
    """The sealed values of persons, opened; the caller has checked that they may be read, and masks them."""
    statement = select(P.c.id, P.c.sealed).where(P.c.tenant_id == context.scope.tenant.id, among(P.c.id, keys))
    cipher = context.platform.keyring.cipher(context.scope.tenant.id, COLUMN)
    return {row.id: open_secrets(cipher, row.id, row.sealed) for row in await context.rows(statement)}


def masked_value(name: str) -> Opened:
    """One of a person's sensitive values, masked: opened after the database, once for each person of an answer."""

    def make(opening: Opening, values: tuple[str, ...]) -> str | None:
        cipher = opening.platform.keyring.cipher(opening.scope.tenant.id, COLUMN)
        key, sealed = values
        value: str | None = getattr(open_secrets(cipher, uuid.UUID(key), bytes.fromhex(sealed)).masked(), name)
        return value

    return Opened((P.c.id, P.c.sealed), make)
