"""Tables of affairs: development cases with their dated steps, and the dues ledger (domain.md 3, 6)."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned

HALF_YEAR_REVIEW = "half_year_review"
"""The observation of an activist that is due every six months; the only step that may stand several times."""


class DevelopmentCase(TenantOwned):
    """One person's way into the party; one case a person. What the rules ask beside the dates stands here.

    `voters`, `voters_present` and `yes` are the counts of the member meeting (never who voted how), `ballot` and
    `approver` the words of the ledger; `extension_months` prolong probation once.
    """

    __tablename__ = "affairs_case"

    person_id: Mapped[uuid.UUID]
    organization_id: Mapped[uuid.UUID]
    contacts: Mapped[list[str] | None]
    introducers: Mapped[list[str] | None]
    review_result: Mapped[str | None]
    train_hours: Mapped[int | None]
    voters: Mapped[int | None]
    voters_present: Mapped[int | None]
    yes: Mapped[int | None]
    ballot: Mapped[str | None]
    approver: Mapped[str | None]
    full_request_on: Mapped[dt.date | None]
    extension_months: Mapped[int | None]
    note: Mapped[str]


class DevelopmentStep(TenantOwned):
    """A step of a case on its day (`zhibu_affairs.development.ALL_STEPS`); `rules` is the text it falls under."""

    __tablename__ = "affairs_step"

    case_id: Mapped[uuid.UUID]
    step: Mapped[str]
    on_date: Mapped[dt.date]
    rules: Mapped[str]


class DuesEntry(TenantOwned):
    """What one member owed and paid for a month (`month` is its first day); amounts in fen, private to member and treasurer."""

    __tablename__ = "affairs_dues"

    person_id: Mapped[uuid.UUID]
    organization_id: Mapped[uuid.UUID]
    month: Mapped[dt.date]
    payer: Mapped[str | None]
    base_fen: Mapped[int | None]
    due_fen: Mapped[int | None]
    paid_fen: Mapped[int | None]
    paid_on: Mapped[dt.date | None]
    way: Mapped[str]
