"""Tables of spaces: this tenant's own copy of each agreement, what it sent and received under it, and who read what."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from zhibu_core.tenancy.models import TenantOwned


class Space(TenantOwned):
    """An agreement of organizations of two or more tenants; every side has a row of its own with the same id.

    `state`: proposed (nothing is signed by all yet), in_force, revoked (by one side, before or after signing), ended (its last
    day is over, or a party is gone). `newest_id` is the version that would be signed next, `in_force_id` the one that holds.
    `starts_on` and `ends_on` are those of the version in force, before that of the newest. `closed_by_party` is the tenant
    that closed it (None: the calendar). `erased_at`: when this side's copies were gone, `erased_count` of them.
    """

    __tablename__ = "space"

    title: Mapped[str]
    purpose: Mapped[str]
    state: Mapped[str]
    opened_by: Mapped[uuid.UUID]
    newest_id: Mapped[uuid.UUID]
    in_force_id: Mapped[uuid.UUID | None]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    opened_at: Mapped[dt.datetime]
    in_force_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    closed_by: Mapped[str | None]
    closed_by_party: Mapped[uuid.UUID | None]
    close_reason: Mapped[str | None]
    erased_at: Mapped[dt.datetime | None]
    erased_count: Mapped[int | None]


class SpaceVersion(TenantOwned):
    """One version of the words, by either side; never changed. `terms` decode as `terms.Terms`, `digest` is their SHA-256."""

    __tablename__ = "space_version"

    space_id: Mapped[uuid.UUID]
    number: Mapped[int]
    based_on: Mapped[uuid.UUID | None]
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    digest: Mapped[str]
    made_by_party: Mapped[uuid.UUID]
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime]
    note: Mapped[str]


class SpaceParty(TenantOwned):
    """One organization of the version in force, before that of the newest. `party` is its tenant; `organization_id` is known of
    the own side only.

    `confirmed_at`: when that side said that its copies are gone, `confirmed_count` of them.
    """

    __tablename__ = "space_party"

    space_id: Mapped[uuid.UUID]
    party: Mapped[uuid.UUID]
    slug: Mapped[str]
    tenant_name: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    is_own: Mapped[bool]
    organization_id: Mapped[uuid.UUID | None]
    confirmed_at: Mapped[dt.datetime | None]
    confirmed_count: Mapped[int | None]


class SpaceSignature(TenantOwned):
    """That a named person signed a version for their tenant; `person_id` is known of the own side only."""

    __tablename__ = "space_signature"

    space_id: Mapped[uuid.UUID]
    version_id: Mapped[uuid.UUID]
    party: Mapped[uuid.UUID]
    digest: Mapped[str]
    signer: Mapped[str]
    post: Mapped[str]
    person_id: Mapped[uuid.UUID | None]
    second_factor: Mapped[bool]
    signed_at: Mapped[dt.datetime]


class SpaceEnvelope(TenantOwned):
    """Something that this tenant sent to one other: a record's declared projection, or a word on the agreement (kind core.…).

    `state`: waiting, delivered, refused (by the receiver, `problem` says why), held (five tries failed), withdrawn (the space was
    closed first). `subject` names the record within the space and is no id of it. `payload` goes when the space is closed.
    `erased_at`: when the receiver said that its copy was gone. Envelopes sent together to one receiver are a parcel.
    """

    __tablename__ = "space_envelope"

    space_id: Mapped[uuid.UUID]
    parcel_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    receiver: Mapped[uuid.UUID]
    object_id: Mapped[uuid.UUID | None]
    subject: Mapped[uuid.UUID | None]
    fields: Mapped[list[str]]
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    purpose: Mapped[str]
    digest: Mapped[str]
    expires_on: Mapped[dt.date | None]
    made_by: Mapped[uuid.UUID | None]
    made_by_name: Mapped[str]
    made_at: Mapped[dt.datetime]
    state: Mapped[str]
    attempts: Mapped[int]
    problem: Mapped[str | None]
    settled_at: Mapped[dt.datetime | None]
    erased_at: Mapped[dt.datetime | None]


class SpaceArrival(TenantOwned):
    """That an envelope of this id came from another tenant: accepted, refused, or open (it was tried and has not come yet).

    `subject` is its record's, as in the envelope; None for a word on the agreement.
    """

    __tablename__ = "space_arrival"

    space_id: Mapped[uuid.UUID]
    parcel_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    sender: Mapped[uuid.UUID]
    fields: Mapped[list[str]]
    purpose: Mapped[str]
    digest: Mapped[str]
    made_by_name: Mapped[str]
    made_at: Mapped[dt.datetime]
    arrived_at: Mapped[dt.datetime]
    state: Mapped[str]
    attempts: Mapped[int]
    problem: Mapped[str | None]
    erased_at: Mapped[dt.datetime | None]
    subject: Mapped[uuid.UUID | None]


class SpaceCopy(TenantOwned):
    """A record of another tenant as it came, under the envelope's id; read it by `copies`, which asks whether it may be read.

    `record` has the agreed fields, `basis` the consent or legal basis of each personal one. A newer copy of the same `subject`
    replaces an older one. `expires_on` is the last day on which it can be read.
    """

    __tablename__ = "space_copy"

    space_id: Mapped[uuid.UUID]
    parcel_id: Mapped[uuid.UUID]
    owner_tenant: Mapped[uuid.UUID]
    plugin: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[uuid.UUID]
    record: Mapped[dict[str, Any]] = mapped_column(JSONB)
    purpose: Mapped[str]
    basis: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime]
    expires_on: Mapped[dt.date]


class SpaceRead(TenantOwned):
    """That somebody read a copy on a day: here (`is_own`, told to the owner at `sent_at`), or at the other side, as it told us.

    `reader_key` tells readers apart and is no id of theirs; `person_id` is known of the own side only.
    """

    __tablename__ = "space_read"

    space_id: Mapped[uuid.UUID]
    envelope_id: Mapped[uuid.UUID]
    reader: Mapped[str]
    reader_key: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID | None]
    place: Mapped[str]
    read_on: Mapped[dt.date]
    read_at: Mapped[dt.datetime]
    is_own: Mapped[bool]
    sent_at: Mapped[dt.datetime | None]
