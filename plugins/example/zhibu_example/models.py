"""Tables of the reading circle: the notes, and the list of books that is made from them."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class Note(TenantOwned):
    """A book that a branch or group read together on a day; a withdrawn one stays, with the day it was withdrawn."""

    __tablename__ = "example_note"

    organization_id: Mapped[uuid.UUID]
    read_on: Mapped[dt.date]
    book: Mapped[str]
    thought: Mapped[str]
    withdrawn_on: Mapped[dt.date | None]
    written_by: Mapped[uuid.UUID | None]


class Book(TenantOwned):
    """A line of the list of books: how often the book was read in the tenant, and when last."""

    __tablename__ = "example_book"

    title: Mapped[str]
    times: Mapped[int]
    last_read_on: Mapped[dt.date]
