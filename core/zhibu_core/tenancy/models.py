"""The base of every table: tenant tables carry the tenant first in their key, global ones never do."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import DateTime, Double, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All mapped tables; text, dates and instants have one column type each."""

    type_annotation_map = {  # noqa: RUF012
        str: Text(),
        float: Double(),
        uuid.UUID: Uuid(),
        dt.datetime: DateTime(timezone=True),
        list[str]: ARRAY(Text()),
        dict[str, Any]: JSONB(),
    }


class TenantOwned(Base):
    """A row of one tenant. Row security lets nobody else see it; the session adds the tenant to every ORM statement."""

    __abstract__ = True

    tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)


class TenantAnchor(TenantOwned):
    """One row a tenant, with id = tenant_id: bulk inserts take their tenant_id from it as a column (scale.md 5)."""

    __tablename__ = "tenant_anchor"
