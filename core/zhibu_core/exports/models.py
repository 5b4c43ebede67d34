"""Tables of the register: exports, their recipients, the persons in them, and who took the files."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from zhibu_core.crypto.fields import Sealed
from zhibu_core.tenancy.models import TenantOwned


class Export(TenantOwned):
    """One export, from its asking on. `state`: waiting (for a second person), ready, refused, expired, ended.

    `paths` are the subtrees its rows come from, `place` names them; `filters` are values by the filter's key. `key` is what the
    digests of its lines are made with. `is_approved`: a second person has agreed; `reason` is the refusal's
    or the early end's, and `decided_by` who said so. `asked_by` is None for the operator at the machine. `expires_on` is the
    last day on which its files can be taken.
    """

    __tablename__ = "export"

    number: Mapped[str]
    kind: Mapped[str]
    fields: Mapped[list[str]]
    filters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    place: Mapped[str]
    paths: Mapped[list[str]]
    purpose: Mapped[str]
    format: Mapped[str]
    recipients: Mapped[list[str]]
    line_count: Mapped[int]
    person_count: Mapped[int]
    is_sensitive: Mapped[bool]
    state: Mapped[str]
    key: Mapped[bytes] = mapped_column(Sealed)
    asked_by: Mapped[uuid.UUID | None]
    asked_at: Mapped[dt.datetime]
    expires_on: Mapped[dt.date]
    is_approved: Mapped[bool]
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None]


class ExportRecipient(TenantOwned):
    """Somebody for whom a file of the export is made. `key` makes the marks in that file and in no other.

    `file_id` leads to the `File` as long as there is one; its SHA-256 (hexadecimal) and size in bytes stay.
    """

    __tablename__ = "export_recipient"

    export_id: Mapped[uuid.UUID]
    place: Mapped[int]
    name: Mapped[str]
    key: Mapped[bytes] = mapped_column(Sealed)
    file_id: Mapped[uuid.UUID | None]
    file_sha256: Mapped[str | None]
    file_size: Mapped[int | None]


class ExportPerson(TenantOwned):
    """That a person is in an export; `digests` are those of the person's lines, eight bytes each."""

    __tablename__ = "export_person"

    export_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID]
    digests: Mapped[bytes]


class ExportDownload(TenantOwned):
    """That a file was taken: whose, by whom (None: the operator at the machine), when, through what."""

    __tablename__ = "export_download"

    export_id: Mapped[uuid.UUID]
    recipient_id: Mapped[uuid.UUID]
    taken_by: Mapped[uuid.UUID | None]
    taken_at: Mapped[dt.datetime]
    client: Mapped[str]
