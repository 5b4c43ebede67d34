"""Second attachments as a list of the API: those of both directions that the asker may read, and a member's own."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from zhibu_core.spaces.cases.models import SpaceCase
from zhibu_graphql.reading.belonging import belonging
from zhibu_partnership.actions import READ_ATTACHMENT, READ_OWN_ATTACHMENT
from zhibu_partnership.attachment.sharing import KIND

TAG = "PT"
TABLE: Any = SpaceCase.__table__
C = TABLE.alias("sk")


@dataclass(frozen=True, slots=True)
class AttachmentRecord:
    """What resolvers of SecondAttachment get as `root`; `path` is its organization's place in the tree."""

    id: uuid.UUID
    organization_id: uuid.UUID
    path: str
    space_id: uuid.UUID
    person_id: uuid.UUID | None
    is_own: bool
    state: str
    is_open: bool
    answer_by: dt.date
    starts_on: dt.date
    until_on: dt.date
    due_on: dt.date | None
    opened_at: dt.datetime


ATTACHMENTS = belonging(
    C,
    AttachmentRecord,
    name="second attachments",
    order=[C.c.opened_at, C.c.id],
    action=READ_ATTACHMENT,
    own=(READ_OWN_ATTACHMENT, C.c.person_id),
    always=[C.c.kind == KIND],
    descending=True,
    filters={"state": lambda state: C.c.state == state, "is_open": lambda yes: C.c.is_open.is_(yes)},
)
