"""The table of stored operations."""

import datetime as dt

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class StoredOperation(TenantOwned):
    """A document with one operation; `hash` is the SHA-256 of its text in hexadecimal, `name` the operation's own."""

    __tablename__ = "stored_operation"

    hash: Mapped[str]
    name: Mapped[str]
    document: Mapped[str]
    stored_at: Mapped[dt.datetime]
