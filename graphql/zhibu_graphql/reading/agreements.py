"""Agreements as lists: this tenant's own copies, their parties, versions and signatures."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, cast, func, not_, select

from zhibu_core.organization.models import Organization
from zhibu_core.spaces.models import Space, SpaceParty, SpaceSignature, SpaceVersion
from zhibu_core.spaces.powers import READ
from zhibu_core.tenancy.scope import Scope
from zhibu_graphql.reading.listing import Link, Listing, held

TAG = "SP"
SPACE, VERSION, PARTY, SIGNATURE = (model.__table__ for model in (Space, SpaceVersion, SpaceParty, SpaceSignature))
S, V, Y, G = SPACE.alias("sp"), VERSION.alias("sv"), PARTY.alias("sy"), SIGNATURE.alias("sg")
OF_SPACE, OF_VERSION = SPACE.alias("of_space"), VERSION.alias("of_version")
OWN, AT = PARTY.alias("own"), Organization.__table__.alias("own_at")


@dataclass(frozen=True, slots=True)
class SpaceRecord:
    """What resolvers of Space get as `root`."""

    id: uuid.UUID
    title: str
    purpose: str
    state: str
    starts_on: dt.date
    ends_on: dt.date
    newest_id: uuid.UUID
    in_force_id: uuid.UUID | None
    waits_for_own: bool
    closed_at: dt.datetime | None
    closed_by: str | None
    close_reason: str | None
    erased_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """What resolvers of AgreementVersion get as `root`; the words are out of the kept terms."""

    id: uuid.UUID
    space_id: uuid.UUID
    number: int
    made_by: str
    made_at: dt.datetime
    note: str
    digest: str
    title: str
    purpose: str
    starts_on: dt.date
    ends_on: dt.date
    review_on: dt.date | None


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """What resolvers of AgreementParty get as `root`."""

    id: uuid.UUID
    slug: str
    tenant_name: str
    code: str
    name: str
    is_own: bool
    confirmed_at: dt.datetime | None
    confirmed_count: int | None


@dataclass(frozen=True, slots=True)
class SignatureRecord:
    """What resolvers of AgreementSignature get as `root`."""

    id: uuid.UUID
    signer: str
    post: str
    second_factor: bool
    signed_at: dt.datetime
    digest: str


def _seen(scope: Scope) -> ColumnElement[bool]:
    """Those of whose own organizations one lies where the asker may read (`spaces.powers.seen_by`)."""
    joined = and_(AT.c.tenant_id == OWN.c.tenant_id, AT.c.id == OWN.c.organization_id)
    ours = select(OWN.c.id).join(AT, joined).where(OWN.c.tenant_id == S.c.tenant_id, OWN.c.space_id == S.c.id)
    return ours.where(held(scope, READ, AT.c.path)).correlate(S).exists()


def _waits() -> ColumnElement[bool]:
    """Whether the newest version waits for the own side's signature (`spaces.reading.Agreement.waits_for_own`)."""
    joined = and_(
        OWN.c.tenant_id == G.c.tenant_id, OWN.c.space_id == G.c.space_id, OWN.c.party == G.c.party, OWN.c.is_own
    )
    signed = select(G.c.id).join(OWN, joined).where(G.c.tenant_id == S.c.tenant_id, G.c.version_id == S.c.newest_id)
    return and_(S.c.state.in_(("proposed", "in_force")), not_(signed.correlate(S).exists()))


def _word(name: str) -> Any:
    return func.jsonb_extract_path_text(V.c.terms, name)


_WORDS = {name: _word(name) for name in ("title", "purpose")}
_WORDS |= {name: cast(_word(name), Date) for name in ("starts_on", "ends_on", "review_on")}

SPACES = Listing(
    name="agreements",
    record=SpaceRecord,
    columns={name: _waits() if name == "waits_for_own" else S.c[name] for name in SpaceRecord.__dataclass_fields__},
    source=S,
    tables=[S],
    order=[S.c.id],
    narrowed=_seen,
    filters={"state": lambda state: S.c.state == state},
    descending=True,
)

VERSIONS = Listing(
    name="versions of agreements",
    record=VersionRecord,
    columns={name: _WORDS[name] if name in _WORDS else V.c[name] for name in VersionRecord.__dataclass_fields__},
    source=V,
    tables=[V],
    order=[V.c.number, V.c.digest, V.c.id],
    links={"of": Link(OF_SPACE, V.c.space_id == OF_SPACE.c.id)},
    descending=True,
)

PARTIES = Listing(
    name="parties of agreements",
    record=PartyRecord,
    columns={name: Y.c[name] for name in PartyRecord.__dataclass_fields__},
    source=Y,
    tables=[Y],
    order=[not_(Y.c.is_own), Y.c.slug, Y.c.name, Y.c.id],
    links={"of": Link(OF_SPACE, Y.c.space_id == OF_SPACE.c.id)},
)

SIGNATURES = Listing(
    name="signatures of agreements",
    record=SignatureRecord,
    columns={name: G.c[name] for name in SignatureRecord.__dataclass_fields__},
    source=G,
    tables=[G],
    order=[G.c.id],
    links={"of": Link(OF_VERSION, G.c.version_id == OF_VERSION.c.id)},
)
