"""Tables of the ledger: facts (append-only), what ended them, waivers, the tenant's own layer of rules."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class Fact(TenantOwned):
    """What happened, written once and never changed; in force while no `FactEnd` names it."""

    __tablename__ = "fact"

    kind: Mapped[str]
    organization_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID | None]
    happened_on: Mapped[dt.date]
    started_at: Mapped[dt.datetime | None]
    until_on: Mapped[dt.date | None]
    quantity: Mapped[float | None]
    mark: Mapped[str | None]
    grp: Mapped[str | None]
    grade: Mapped[str]
    record_type: Mapped[str]
    record_id: Mapped[uuid.UUID]
    source: Mapped[str]
    detail: Mapped[dict[str, Any] | None]
    written_by: Mapped[uuid.UUID | None]
    written_at: Mapped[dt.datetime]


class FactEnd(TenantOwned):
    """That a fact no longer holds: `reason` superseded (by a correction) or retracted (its record was withdrawn)."""

    __tablename__ = "fact_end"

    fact_id: Mapped[uuid.UUID]
    reason: Mapped[str]
    note: Mapped[str]
    ended_by: Mapped[uuid.UUID | None]
    ended_at: Mapped[dt.datetime]


class DutyWaiver(TenantOwned):
    """That a duty need not be met, with the reason and who decided; named by what identifies a duty."""

    __tablename__ = "duty_waiver"

    rule: Mapped[str]
    organization_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID | None]
    window: Mapped[str]
    grp: Mapped[str]
    reason: Mapped[str]
    waived_by: Mapped[uuid.UUID]
    waived_at: Mapped[dt.datetime]


class RuleLayer(TenantOwned):
    """The tenant's own version of a rule from a date on, until its next version: so no two overlap."""

    __tablename__ = "rule_layer"

    rule: Mapped[str]
    effective_from: Mapped[dt.date]
    parameters: Mapped[dict[str, Any]]
    reason: Mapped[str]
    written_by: Mapped[uuid.UUID | None]
