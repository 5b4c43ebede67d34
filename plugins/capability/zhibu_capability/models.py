"""The table of computed scores: one row each time a branch's score in a period changed, never changed itself."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class CapabilityScore(TenantOwned):
    """A branch's score in a period as it was computed; the newest row of a branch and period is the current one.

    `inputs` and `parts` hold what it was made of, `result` both forms with the median as they stood then, `versions` the
    rule versions; `raw_open` and `raw_strict` (the index before shrinkage) are what medians of the type are made of.
    """

    __tablename__ = "capability_score"

    organization_id: Mapped[uuid.UUID]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    n: Mapped[int]
    raw_open: Mapped[float | None]
    raw_strict: Mapped[float | None]
    inputs: Mapped[dict[str, Any]]
    parts: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]]
    computed_at: Mapped[dt.datetime]
