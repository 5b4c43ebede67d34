"""Tables of powers: a tenant's own roles, reviews of who holds what, and entries of platform staff."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class TenantRole(TenantOwned):
    """A role that the tenant made: a named set of actions. An ended one holds nothing, its row stays for the record."""

    __tablename__ = "tenant_role"

    key: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    actions: Mapped[list[str]]
    made_by: Mapped[uuid.UUID | None]
    made_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class AccessReview(TenantOwned):
    """That somebody looked at a grant and confirmed or ended it; added to, never changed."""

    __tablename__ = "access_review"

    grant_id: Mapped[uuid.UUID]
    decision: Mapped[str]
    reviewed_on: Mapped[dt.date]
    reviewed_by: Mapped[uuid.UUID | None]


class StaffEntry(TenantOwned):
    """That somebody of the platform's staff may look into this tenant: why, what of persons (`covers`, actions), until when.

    It holds from `starts_at`, which is empty while the tenant has not approved it, to `ends_at` or an earlier `ended_at`.
    `staff_name` is a copy: the person is in no tenant's table.
    """

    __tablename__ = "staff_entry"

    staff_id: Mapped[uuid.UUID]
    staff_name: Mapped[str]
    reason: Mapped[str]
    covers: Mapped[list[str]]
    asked_at: Mapped[dt.datetime]
    starts_at: Mapped[dt.datetime | None]
    ends_at: Mapped[dt.datetime]
    approved_by: Mapped[uuid.UUID | None]
    ended_at: Mapped[dt.datetime | None]
    ended_by: Mapped[uuid.UUID | None]
