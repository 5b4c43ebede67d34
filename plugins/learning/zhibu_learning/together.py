"""Records one training for several people of a branch at once: a row and a fact each, by a fixed number of statements."""

import uuid
from collections.abc import Collection
from typing import cast

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput
from zhibu_core.organization.people import Membership
from zhibu_core.plugins.events import publish
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_learning.facts import write_training_facts
from zhibu_learning.models import Training
from zhibu_learning.places import RECORD, organization_for
from zhibu_learning.training import OBJECT, TrainingDraft, check_draft, columns_of


async def record_together(
    session: AsyncSession, scope: Scope, branch_id: uuid.UUID, people: Collection[uuid.UUID], draft: TrainingDraft
) -> int:
    """Adds the entry for each of these members of the branch; returns how many.

    Raises what `record_training` raises, and `InvalidInput` (field people) for nobody, or for somebody who is not a
    member of the branch.
    """
    await organization_for(session, scope, branch_id, RECORD)
    wanted = set(people)
    if not wanted:
        raise InvalidInput(
            "required_missing",
            Words(
                "请选择参加的人。可以先选全部，再去掉没来的。",
                "Choose who took part. Choose all, then take out who did not come.",
            ),
            field="people",
        )
    await check_draft(session, scope, draft)
    await _check_members(session, branch_id, wanted)
    before = await _alike(session, wanted, draft)
    rows = [
        {
            "id": new_id(),
            "person_id": person,
            "organization_id": branch_id,
            "occurrence": before.get(person, 0) + 1,
            "withdrawn_on": None,
            "written_by": scope.person(),
            **columns_of(draft),
        }
        for person in sorted(wanted)
    ]
    await insert_rows(session, cast("Table", Training.__table__), rows)
    ids = [cast("uuid.UUID", row["id"]) for row in rows]
    await write_training_facts(session, ids, grade="recorded", written_by=scope.person())
    await note(session, scope, RECORD, "organization", branch_id, fields=["training", f"people:{len(rows)}"])
    await publish(session, "training.recorded", OBJECT, ids[0])
    return len(rows)


async def _check_members(session: AsyncSession, branch_id: uuid.UUID, people: set[uuid.UUID]) -> None:
    query = select(Membership.person_id).where(
        Membership.organization_id == branch_id, Membership.until.is_(None), Membership.person_id.in_(people)
    )
    if people - set(await session.scalars(query)):
        raise InvalidInput(
            "person_elsewhere",
            Words(
                "名单里有人不是本支部的党员。请刷新后重选。",
                "Somebody in the list is not a member of this branch. Reload and choose again.",
            ),
            field="people",
        )


async def _alike(session: AsyncSession, people: set[uuid.UUID], draft: TrainingDraft) -> dict[uuid.UUID, int]:
    """The last place among alike entries of each person (see `Training.occurrence`)."""
    columns = columns_of(draft)
    query = (
        select(Training.person_id, func.max(Training.occurrence))
        .where(
            Training.person_id.in_(people),
            Training.day == draft.day,
            Training.form_name == columns["form_name"],
            Training.category == draft.category,
            Training.course == draft.course,
        )
        .group_by(Training.person_id)
    )
    return dict((await session.execute(query)).all())
