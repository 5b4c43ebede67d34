"""What of a note can be published to another tenant: where and when which book was read, and the thought; never who wrote it."""

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization
from zhibu_core.organization.tree import in_subtrees
from zhibu_core.spaces.declared import After, Candidate, Projection, Shareable, ShareField
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_example.models import Note
from zhibu_example.permissions import READ


async def project_notes(
    session: AsyncSession, _: Scope, ids: Sequence[uuid.UUID], fields: frozenset[str]
) -> Mapping[uuid.UUID, Projection]:
    """The agreed fields of those notes that stand (one statement)."""
    here = (Organization.tenant_id == Note.tenant_id) & (Organization.id == Note.organization_id)
    query = (
        select(Note, Organization.name).join(Organization, here).where(Note.id.in_(ids), Note.withdrawn_on.is_(None))
    )
    found = {}
    for note, place in await session.execute(query):
        values = {"organization": place, "read_on": note.read_on, "book": note.book, "thought": note.thought}
        chosen = {key: value for key, value in values.items() if key in fields}
        found[note.id] = Projection(note.organization_id, chosen)
    return found


async def notes_to_publish(
    session: AsyncSession, _: Scope, paths: Sequence[str], after: After | None, limit: int
) -> list[Candidate]:
    """The notes of these subtrees that stand, newest first (one statement)."""
    here = (Organization.tenant_id == Note.tenant_id) & (Organization.id == Note.organization_id)
    query = select(Note.id, Note.book, Organization.name, Note.read_on).join(Organization, here)
    query = query.where(in_subtrees(Organization.path, paths), Note.withdrawn_on.is_(None))
    if after is not None:
        query = query.where(tuple_(Note.read_on, Note.id) < after)
    rows = await session.execute(query.order_by(Note.read_on.desc(), Note.id.desc()).limit(limit))
    return [Candidate(*row) for row in rows]


NOTES = Shareable(
    kind="example.note",
    title=Words("读书分享", "Reading note"),
    fields=(
        ShareField("organization", Words("组织", "Organization")),
        ShareField("read_on", Words("日期", "Day"), "date"),
        ShareField("book", Words("书名", "Book")),
        ShareField("thought", Words("心得", "Thought")),
    ),
    action=READ,
    project=project_notes,
    candidates=notes_to_publish,
)
