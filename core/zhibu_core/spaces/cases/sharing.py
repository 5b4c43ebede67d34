"""What each case's record has besides the plugin's own fields: the case, its days, and all steps of the side that sends it."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.cases.models import SpaceCase, SpaceCaseStep
from zhibu_core.spaces.cases.protocol import Step
from zhibu_core.spaces.declared import YEARS, Projection, ShareField
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words

CASE_FIELDS: Final = (
    ShareField("case", Words("事项编号", "Number of the case"), is_mark=True),
    ShareField("answer_by", Words("答复期限", "Answer due by"), "date"),
    ShareField("starts_on", Words("开始日期", "From"), "date"),
    ShareField("until_on", Words("结束日期", "Until"), "date"),
    ShareField("steps", Words("本方办理的步骤", "Steps of this side"), "texts", is_mark=True),
)
"""They stay as the record of what both sides did; without the plugin's personal fields they tell of nobody."""

CASE_KEYS: Final = frozenset(one.key for one in CASE_FIELDS)
MOST_STEPS: Final = 60
"""Of one side; a case that came to so many goes nowhere."""

LONGEST: Final = 400
"""Letters in a name or remark of a step; one's own have half of them at most."""


class SentStep(msgspec.Struct, frozen=True):
    """A step as it crosses. Whose it is, is never what a letter says."""

    id: uuid.UUID
    parent: uuid.UUID | None
    name: str
    by: str
    on: dt.date
    at: dt.datetime
    note: str = ""


async def case_projections(
    session: AsyncSession, ids: Sequence[uuid.UUID], fields: frozenset[str]
) -> Mapping[uuid.UUID, Projection]:
    """The fields `CASE_FIELDS` of these cases with this side's own steps (two statements), to be joined by the plugin's."""
    mine = select(SpaceCaseStep).where(SpaceCaseStep.case_id.in_(ids), SpaceCaseStep.side == tenant_of(session))
    steps: dict[uuid.UUID, list[str]] = {}
    for row in await session.scalars(mine.order_by(SpaceCaseStep.id)):
        steps.setdefault(row.case_id, []).append(msgspec.json.encode(_sent(row)).decode())
    found = {}
    for case in await session.scalars(select(SpaceCase).where(SpaceCase.id.in_(ids))):
        values: dict[str, Any] = {key: getattr(case, key) for key in ("answer_by", "starts_on", "until_on")}
        values |= {"case": str(case.id), "steps": steps.get(case.id, [])}
        kept = {key: value for key, value in values.items() if key in fields}
        found[case.id] = Projection(case.organization_id, kept)
    return found


def sent_steps(texts: Sequence[str], side: uuid.UUID) -> list[Step]:
    """The steps of a record that `side` sent; raises `ValueError` or `msgspec.MsgspecError` for what is none."""
    found = [msgspec.json.decode(text, type=SentStep) for text in texts[:MOST_STEPS]]
    if not all(map(_is_sound, found)):
        raise ValueError("a step on no calendar of ours, or in words that cannot be kept")
    return [Step(one.id, one.parent, one.name, side, one.by, one.on, one.at, one.note) for one in found]


def _is_sound(step: SentStep) -> bool:
    days = step.on.year in YEARS and step.at.year in YEARS and step.at.tzinfo is not None
    return days and not any("\0" in text or len(text) > LONGEST for text in (step.name, step.by, step.note))


def _sent(row: SpaceCaseStep) -> SentStep:
    return SentStep(row.id, row.parent_id, row.name, row.by_name, row.happened_on, row.at, row.note)
