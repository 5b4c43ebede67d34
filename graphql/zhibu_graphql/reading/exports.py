"""Exports as lists: the register for the auditor, and those that list the asker."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_

from zhibu_core.exports.models import Export, ExportPerson
from zhibu_graphql.reading.audit import WHOLE_TENANT
from zhibu_graphql.reading.listing import Listing
from zhibu_graphql.reading.members import PERSON

EXPORT: Any = Export.__table__
LISTED: Any = ExportPerson.__table__
E, L, ASKER, DECIDER = EXPORT.alias("e"), LISTED.alias("l"), PERSON.alias("asker"), PERSON.alias("decider")
NAMES = {"asked_by_name": ASKER.c.name, "decided_by_name": DECIDER.c.name}


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """What resolvers of Export get as `root`."""

    id: uuid.UUID
    number: str
    kind: str
    fields: list[str]
    place: str
    purpose: str
    format: str
    recipients: list[str]
    line_count: int
    person_count: int
    is_sensitive: bool
    state: str
    asked_by_name: str | None
    asked_at: dt.datetime
    expires_on: dt.date
    is_approved: bool
    decided_by_name: str | None
    reason: str | None


COLUMNS = {name: NAMES[name] if name in NAMES else E.c[name] for name in ExportRecord.__dataclass_fields__}
NAMED = E.outerjoin(ASKER, and_(ASKER.c.tenant_id == E.c.tenant_id, ASKER.c.id == E.c.asked_by)).outerjoin(
    DECIDER, and_(DECIDER.c.tenant_id == E.c.tenant_id, DECIDER.c.id == E.c.decided_by)
)


def _said(word: str) -> Any:
    """A word of number, purpose, place or recipients."""
    texts = (E.c.number, E.c.purpose, E.c.place, func.array_to_string(E.c.recipients, "\n"))
    return or_(*(func.strpos(text, word) > 0 for text in texts))


EXPORTS = Listing(
    name="exports",
    record=ExportRecord,
    columns=COLUMNS,
    source=NAMED,
    tables=[E],
    order=[E.c.id],
    place=WHOLE_TENANT,
    action="export.read",
    descending=True,
    filters={"word": _said, "state": lambda state: E.c.state == state},
)

LISTING_ME = Listing(
    name="exports that list the asker",
    record=ExportRecord,
    columns=COLUMNS,
    source=NAMED.join(L, and_(L.c.tenant_id == E.c.tenant_id, L.c.export_id == E.c.id)),
    tables=[E, L],
    order=[E.c.id],
    place=WHOLE_TENANT,
    action="audit.read_own",
    own=("audit.read_own", L.c.person_id),
    narrowed=lambda scope: L.c.person_id == scope.person(),
    descending=True,
)
