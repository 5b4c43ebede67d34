"""What affairs keeps about one person, and what of it may go."""

import uuid

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_affairs.models import DevelopmentCase, DevelopmentStep, DuesEntry
from zhibu_core.plugins.person_data import Kept, PersonSection, rows_about
from zhibu_core.words import Words

_CASE = Words(
    "发展党员材料随人长期保存（发展党员工作细则第三十六条）",
    "papers of development are kept for good (Rules on Developing Members, Art. 36)",
)
_DUES = Words(
    "党费账目保存不少于十年，会计账簿三十年", "dues accounts are kept for ten years at least, ledgers for thirty"
)


async def sections(session: AsyncSession, person: uuid.UUID) -> list[PersonSection]:
    """The case with its steps, and every month of dues."""
    cases = await rows_about(session, DevelopmentCase, person)
    steps = [row for case in cases for row in await rows_about(session, DevelopmentStep, case["id"], column="case_id")]
    return [
        PersonSection(Words("发展党员", "development"), cases),
        PersonSection(Words("发展步骤", "steps of development"), steps),
        PersonSection(Words("党费", "dues"), await rows_about(session, DuesEntry, person)),
    ]


async def forget(session: AsyncSession, person: uuid.UUID) -> list[Kept]:
    """Takes the free note out of the case; both ledgers stay."""
    await session.execute(update(DevelopmentCase).where(DevelopmentCase.person_id == person).values(note=""))
    found = []
    for model, what, why in (
        (DevelopmentCase, Words("发展党员材料", "papers of development"), _CASE),
        (DuesEntry, Words("党费账目", "dues"), _DUES),
    ):
        number = await session.scalar(select(func.count()).select_from(model).where(model.person_id == person))
        if number:
            found.append(Kept(what, number, why))
    return found
