"""Writes facts: added once, ended by a correction (superseded) or a withdrawal (retracted), never changed."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.models import Fact
from zhibu_core.tallies.facts import count_facts, uncount_facts
from zhibu_core.tenancy.bulk import insert_columns
from zhibu_core.tenancy.changes import tell_of_ledger
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.session import instant_of, tenant_of

Grade = Literal["confirmed", "recorded", "code", "makeup", "imported", "document"]
"""Evidence grade: confirmed by the person, recorded by the recorder, by code of the day, studied later, from a
spreadsheet, from a document."""


ATTENDED = "attended."
"""Before a kind: a member attended such a meeting of another tenant's branch. It counts for the person and meets no duty of the branch."""

DECLARED_KINDS = "zhibu_fact_kinds"
"""Where a session's `info` holds the platform's answer to: which kinds of fact may this source write?"""


class FactDraft(NamedTuple):
    """A fact to be written. `record_type`/`record_id` name the record it comes from; `quantity` is in the kind's unit.

    A tuple, since an import makes hundreds of thousands.
    """

    kind: str
    organization_id: uuid.UUID
    happened_on: dt.date
    record_type: str
    record_id: uuid.UUID
    grade: Grade = "recorded"
    person_id: uuid.UUID | None = None
    started_at: dt.datetime | None = None
    until_on: dt.date | None = None
    quantity: float | None = None
    mark: str | None = None
    grp: str | None = None
    detail: Mapping[str, Any] | None = None


async def write_facts(
    session: AsyncSession, drafts: Sequence[FactDraft], *, source: str, written_by: uuid.UUID | None
) -> int:
    """Adds facts in the session's transaction; `source` is the plugin's key or "core". Returns their number.

    Raises `ValueError` for a kind that the plugin does not declare by its hook `fact_kinds`.
    """
    _refuse_undeclared(session, {draft.kind for draft in drafts}, source)
    if not drafts:
        return 0
    number = len(drafts)
    columns = {
        "id": [new_id() for _ in drafts],
        **dict(zip(FactDraft._fields, zip(*drafts, strict=True), strict=True)),
        "source": [source] * number,
        "written_by": [written_by] * number,
        "written_at": [instant_of(session)] * number,
    }
    written = await insert_columns(session, cast("Table", Fact.__table__), columns)
    await count_facts(session, drafts)
    await tell_of_ledger(session, {draft.organization_id for draft in drafts})
    return written


def _refuse_undeclared(session: AsyncSession, kinds: set[str], source: str) -> None:
    declared = session.info[DECLARED_KINDS](source) if DECLARED_KINDS in session.info else None
    if declared is not None and not kinds <= declared:
        raise ValueError(f"plugin {source} declares no fact kind {', '.join(sorted(kinds - declared))} (fact_kinds)")


_END = text(
    """insert into fact_end (tenant_id, id, fact_id, reason, note, ended_by, ended_at)
    select f.tenant_id, f.id, f.id, :reason, :note, :by, :now from fact f
    where f.tenant_id = :t and f.record_id = any(:records)
      and not exists (select from fact_end e where e.tenant_id = f.tenant_id and e.fact_id = f.id)
    returning fact_id"""
)
_PLACES = text("select distinct organization_id from fact where tenant_id = :t and id = any(:ids)")


async def end_facts(
    session: AsyncSession,
    records: Iterable[uuid.UUID],
    reason: Literal["superseded", "retracted"],
    *,
    note: str,
    ended_by: uuid.UUID | None,
) -> None:
    """Ends all facts in force of these records; the facts themselves stay, with who ended them and why."""
    ended = await session.scalars(
        _END,
        {
            "t": tenant_of(session),
            "records": list(records),
            "reason": reason,
            "note": note,
            "by": ended_by,
            "now": instant_of(session),
        },
    )
    ids = list(ended)
    await uncount_facts(session, ids)
    places = await session.scalars(_PLACES, {"t": tenant_of(session), "ids": ids})
    await tell_of_ledger(session, set(places))
