"""Tables of partnerships: what the tenant's organizations offer and need, what they plan and hold together with others."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from zhibu_core.tenancy.models import TenantOwned


class Entry(TenantOwned):
    """What an organization offers (`kind` offer) or needs (need), of a category of `spaces.board.CATEGORIES`.

    Without `place` it may be anywhere, without dates at any time, without `capacity` for any number of people. It may stand
    on the board to the end of `valid_until`; a withdrawn one stays here, with the day.
    """

    __tablename__ = "partnership_entry"

    organization_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    category: Mapped[str]
    title: Mapped[str]
    about: Mapped[str]
    place: Mapped[str]
    starts_on: Mapped[dt.date | None]
    ends_on: Mapped[dt.date | None]
    capacity: Mapped[int | None]
    valid_until: Mapped[dt.date]
    said_at: Mapped[dt.datetime]
    withdrawn_on: Mapped[dt.date | None]
    written_by: Mapped[uuid.UUID | None]


class Activity(TenantOwned):
    """Our record of something that both sides hold: its own words, which the other side confirms or differs from.

    `series` names it on every side. `state`: invited (by us: `is_host`), accepted, declined, settled (both sides confirmed the
    same words), one_sided (closed without the other side, `reason` says why), cancelled. `starts_at`, `ends_at` are like 14:30
    or empty. `people` is how many of ours came; `recorded_on` the day on which the roll was written. `confirmed_digest` is
    of the words that we confirmed. `home_record_id`: another record of ours says the same in the ledger already, so this one
    writes no facts.
    """

    __tablename__ = "partnership_activity"

    space_id: Mapped[uuid.UUID]
    series: Mapped[uuid.UUID]
    organization_id: Mapped[uuid.UUID]
    is_host: Mapped[bool]
    state: Mapped[str]
    title: Mapped[str]
    kinds: Mapped[list[str]]
    held_on: Mapped[dt.date]
    starts_at: Mapped[str]
    ends_at: Mapped[str]
    place: Mapped[str]
    summary: Mapped[str]
    people: Mapped[int]
    recorded_on: Mapped[dt.date | None]
    reason: Mapped[str]
    confirmed_digest: Mapped[str | None]
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[dt.datetime | None]
    settled_on: Mapped[dt.date | None]
    home_record_id: Mapped[uuid.UUID | None]
    written_by: Mapped[uuid.UUID | None]


class Answer(TenantOwned):
    """How far another side of the agreement is with the activity, and the `digest` of what it confirmed ("": nothing yet).

    `party` is its tenant. It stays when the agreement is over: that they confirmed is ours to know, what they said is not.
    """

    __tablename__ = "partnership_answer"

    activity_id: Mapped[uuid.UUID]
    party: Mapped[uuid.UUID]
    state: Mapped[str]
    digest: Mapped[str]
    at: Mapped[dt.datetime]


class Present(TenantOwned):
    """That one of our members was there, or how they were not (marks of domain.md 4.3)."""

    __tablename__ = "partnership_present"

    activity_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID]
    mark: Mapped[str]


class Plan(TenantOwned):
    """What our side says a partnership means to do in a year (`plan.words.Goals`).

    `agreed` are the goals, by field, on which all sides said the same last, `agreed_on` since when; what one side says
    afterwards does not change them until the others say it too.
    """

    __tablename__ = "partnership_plan"

    space_id: Mapped[uuid.UUID]
    year: Mapped[int]
    organization_id: Mapped[uuid.UUID]
    aim: Mapped[str]
    held: Mapped[int]
    people: Mapped[int]
    needs: Mapped[int]
    offers: Mapped[int]
    agreed: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    agreed_on: Mapped[dt.date | None]
    written_by: Mapped[uuid.UUID | None]


class Task(TenantOwned):
    """Something that our side does for a plan, by a person of ours (None: erased) until a day.

    `state`: open, done (on `done_on`; `note` says what came of it, `activity_id` and `entry_id` what did it: a joint
    activity, an offer that was used or a need that was met) or dropped (`reason` says why, and stays here).
    """

    __tablename__ = "partnership_task"

    plan_id: Mapped[uuid.UUID]
    organization_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID | None]
    title: Mapped[str]
    due_on: Mapped[dt.date]
    state: Mapped[str]
    done_on: Mapped[dt.date | None]
    note: Mapped[str]
    reason: Mapped[str]
    activity_id: Mapped[uuid.UUID | None]
    entry_id: Mapped[uuid.UUID | None]
    written_by: Mapped[uuid.UUID | None]
