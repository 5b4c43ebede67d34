"""The tables of tallies. Each row holds its organization's path, by which a subtree is one range of an index."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class FactTally(TenantOwned):
    """How many facts in force an organization has of one kind on one day; those with a quantity are added up by year.

    `day` is then the year's first; `month` is the first of the day's month, by which a reader names the rows of a period.
    `counted` are those that count: who came, of attendance; what the rules do not leave out, of all else. Quantities are
    in thousandths of the kind's unit.
    """

    __tablename__ = "fact_tally"

    organization_id: Mapped[uuid.UUID]
    path: Mapped[str]
    kind: Mapped[str]
    month: Mapped[dt.date]
    day: Mapped[dt.date]
    facts: Mapped[int]
    counted: Mapped[int]
    quantity: Mapped[int]
    counted_quantity: Mapped[int]


class MemberTally(TenantOwned):
    """How many members an organization has of its own, now; its `id` is the organization's.

    `members` are all that are current; `full_members`, `probationary` and `mobile` those whose state is normal; `asked`
    those of whom hard demands are made (domain.md 4.3).
    """

    __tablename__ = "member_tally"

    path: Mapped[str]
    members: Mapped[int]
    full_members: Mapped[int]
    probationary: Mapped[int]
    mobile: Mapped[int]
    asked: Mapped[int]
