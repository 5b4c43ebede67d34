"""Tables of cases: this side's own row of each, and the steps of both sides as this one knows them."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class SpaceCase(TenantOwned):
    """A matter about one person between two tenants; each side has a row of its own with the same id.

    `is_own`: opened here, about a person of ours (`person_id` is known here only); `party` is the other side's tenant.
    `organization_id` is this side's. `state` is the name of the last step that holds, `due_on` the day by which the next one is due,
    `lapses_on` the last day of what lapses by itself.
    """

    __tablename__ = "space_case"

    space_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    is_own: Mapped[bool]
    party: Mapped[uuid.UUID]
    organization_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID | None]
    answer_by: Mapped[dt.date]
    starts_on: Mapped[dt.date]
    until_on: Mapped[dt.date]
    state: Mapped[str]
    is_open: Mapped[bool]
    due_on: Mapped[dt.date | None]
    lapses_on: Mapped[dt.date | None]
    tip_id: Mapped[uuid.UUID | None]
    opened_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]


class SpaceCaseStep(TenantOwned):
    """One step: who took it when. `side` is the tenant (None: the calendar), `by_person` is known of the own side only."""

    __tablename__ = "space_case_step"

    case_id: Mapped[uuid.UUID]
    parent_id: Mapped[uuid.UUID | None]
    name: Mapped[str]
    side: Mapped[uuid.UUID | None]
    by_name: Mapped[str]
    by_person: Mapped[uuid.UUID | None]
    happened_on: Mapped[dt.date]
    at: Mapped[dt.datetime]
    note: Mapped[str]
