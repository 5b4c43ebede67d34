"""Tables of people: persons with their sealed fields, and memberships of branches (domain.md 8)."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped, mapped_column

from zhibu_core.crypto.fields import BlindIndex, Sealed
from zhibu_core.tenancy.models import TenantOwned


class Person(TenantOwned):
    """Somebody the tenant knows: member, applicant or member of staff.

    `sealed` holds citizen id, phone, telephone and address as one ciphertext; the two indexes find equal values only.
    Since `sign_in_off_since` no account of theirs opens anything: a directory said that they left or are suspended.
    """

    __tablename__ = "person"

    name: Mapped[str]
    sort_name: Mapped[str]
    sex: Mapped[str | None]
    ethnic: Mapped[str | None]
    birth_on: Mapped[dt.date | None]
    education: Mapped[str | None]
    post: Mapped[str | None]
    native_place: Mapped[str | None]
    number: Mapped[str | None]
    sealed: Mapped[bytes | None] = mapped_column(Sealed)
    citizen_id_index: Mapped[bytes | None] = mapped_column(BlindIndex)
    phone_index: Mapped[bytes | None] = mapped_column(BlindIndex)
    sign_in_off_since: Mapped[dt.datetime | None]


class Membership(TenantOwned):
    """That a person belongs to a branch: the primary relation, one a person at a time (until is null)."""

    __tablename__ = "membership"

    person_id: Mapped[uuid.UUID]
    organization_id: Mapped[uuid.UUID]
    member_class: Mapped[str]
    status: Mapped[str]
    joined_on: Mapped[dt.date]
    full_on: Mapped[dt.date | None]
    standing_from: Mapped[dt.date | None]
    is_lost: Mapped[bool]
    lost_since: Mapped[dt.date | None]
    is_mobile: Mapped[bool]
    mobile_to: Mapped[str | None]
    is_exempt: Mapped[bool]
    party_post: Mapped[str | None]
    party_post_since: Mapped[dt.date | None]
    party_post_precision: Mapped[str]
    dues_monthly_fen: Mapped[int | None]
    dues_paid_until: Mapped[dt.date | None]
    since: Mapped[dt.date]
    until: Mapped[dt.date | None]
