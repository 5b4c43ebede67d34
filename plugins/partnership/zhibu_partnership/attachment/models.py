"""Tables of second attachments: what each side adds to the case (`zhibu_core.spaces.cases`), and the guests' attendance at the host."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class Attachment(TenantOwned):
    """What this side adds to the case of the same id: at home the `reason`, at the host who is the `contact` and how to `reach` them.

    At home further: `is_moved` while we have said on the membership that the member is away, with what stood there before
    (`was_mobile`, `was_mobile_to`); `clock_id` is the record of the running span in which contact is owed, since `clock_from`.
    """

    __tablename__ = "partnership_attachment"

    reason: Mapped[str]
    contact: Mapped[str]
    reach: Mapped[str]
    is_moved: Mapped[bool]
    was_mobile: Mapped[bool]
    was_mobile_to: Mapped[str | None]
    clock_id: Mapped[uuid.UUID | None]
    clock_from: Mapped[dt.date | None]


class GuestMark(TenantOwned):
    """That the guest of a case was at a meeting of the host branch, or how they were not; `record_id` is the meeting's record there."""

    __tablename__ = "partnership_guest_mark"

    case_id: Mapped[uuid.UUID]
    record_id: Mapped[uuid.UUID]
    held_on: Mapped[dt.date]
    kinds: Mapped[list[str]]
    mark: Mapped[str]
    written_by: Mapped[uuid.UUID | None]
    written_at: Mapped[dt.datetime]


def new_attachment(case_id: uuid.UUID, *, reason: str = "", contact: str = "", reach: str = "") -> Attachment:
    """What one side adds to a case, with nothing moved yet."""
    return Attachment(id=case_id, reason=reason, contact=contact, reach=reach, is_moved=False, was_mobile=False)
