"""Tables of files: what people know as a file, the sealed object that holds its content, and uploads under way."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from zhibu_core.crypto.fields import Sealed
from zhibu_core.tenancy.models import TenantOwned


class File(TenantOwned):
    """A file that belongs to something: `object_type` ("orglife.meeting") and `object_id`.

    `name` is the user's word, `content_type` ours, by content. `sha256` (hexadecimal) leads to its `FileObject`. `state`:
    waiting (for the scanner; the uploader alone may open it), clean, refused (a virus: the content is gone, `refused_for`
    says which). `scanned_at` is None where no scanner is set. A `withdrawn_at` file is nobody's any more and swept later.
    """

    __tablename__ = "file"

    name: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    content_type: Mapped[str]
    state: Mapped[str]
    refused_for: Mapped[str | None]
    scanned_at: Mapped[dt.datetime | None]
    object_type: Mapped[str]
    object_id: Mapped[uuid.UUID]
    uploaded_by: Mapped[uuid.UUID | None]
    uploaded_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]


class FileObject(TenantOwned):
    """A content of the tenant, however many files have it: where it lies and the key it is sealed with.

    `name` is the store's; `key` is sealed with the tenant's data key, so that a rotation seals this key anew and no content.
    """

    __tablename__ = "file_object"

    sha256: Mapped[str]
    name: Mapped[str]
    size: Mapped[int]
    suite: Mapped[str]
    key: Mapped[bytes] = mapped_column(Sealed)
    put_at: Mapped[dt.datetime]


class FileUpload(TenantOwned):
    """An upload under way; the file that it becomes has the same id.

    `parts` are the names and sizes of sealed parts in the store, in order; `received` is the sum of the sizes.
    """

    __tablename__ = "file_upload"

    name: Mapped[str]
    size: Mapped[int]
    received: Mapped[int]
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    suite: Mapped[str]
    key: Mapped[bytes] = mapped_column(Sealed)
    object_type: Mapped[str]
    object_id: Mapped[uuid.UUID]
    started_by: Mapped[uuid.UUID]
    touched_at: Mapped[dt.datetime]
