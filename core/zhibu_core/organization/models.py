"""Tables of the organization tree: organizations, where they stood over time, terms and positions (domain.md 2)."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class Organization(TenantOwned):
    """A committee, general branch, branch or group; `path` is its place today: codes of its ancestors, each ended by /."""

    __tablename__ = "organization"

    code: Mapped[str]
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[uuid.UUID | None]
    path: Mapped[str]
    founded_on: Mapped[dt.date | None]
    founded_precision: Mapped[str]
    abolished_on: Mapped[dt.date | None]
    has_committee: Mapped[bool]
    unit: Mapped[str]
    type: Mapped[str]
    term_started_on: Mapped[dt.date | None]


class OrganizationPlacement(TenantOwned):
    """Where an organization stood from `since` on, until its next placement: so no two overlap."""

    __tablename__ = "organization_placement"

    organization_id: Mapped[uuid.UUID]
    parent_id: Mapped[uuid.UUID | None]
    path: Mapped[str]
    since: Mapped[dt.date]


class Term(TenantOwned):
    """One term of office of an organization's leading body."""

    __tablename__ = "term"

    organization_id: Mapped[uuid.UUID]
    number: Mapped[int | None]
    years: Mapped[int | None]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    last_election_on: Mapped[dt.date | None]
    note: Mapped[str]


class Position(TenantOwned):
    """A person's post in an organization; `since_precision` is "month" where only the month is known."""

    __tablename__ = "position"

    organization_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID]
    role: Mapped[str]
    since: Mapped[dt.date | None]
    since_precision: Mapped[str]
    until: Mapped[dt.date | None]
