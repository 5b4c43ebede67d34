"""What the life of a tenant and of a person means for spaces: an archive taken in elsewhere, and a person's own data."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.plugins.person_data import Kept
from zhibu_core.spaces.cases.models import SpaceCase, SpaceCaseStep
from zhibu_core.spaces.cases.protocol import ENDED
from zhibu_core.spaces.ending import OPEN
from zhibu_core.spaces.models import Space, SpaceCopy, SpaceEnvelope, SpaceRead, SpaceSignature
from zhibu_core.spaces.removing import remove_copies
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words

MOVED = "moved"
NOBODY = "—"
_SIGNED = Words(
    "签署过的协议由双方留存，签字人姓名是协议的一部分",
    "agreements are kept by both sides, and who signed is part of them",
)
_CASES = Words(
    "双方办理的步骤是组织关系的记录，按归档期限保存；其中没有姓名",
    "what both sides did is a record of membership, kept by archive schedule; no name is in it",
)
_TOLD = Words(
    "曾把姓名告知协议对方（阅读登记）；本单位的登记中姓名已删除，对方的副本随协议终止删除",
    "the name was told to the other side of an agreement; it is gone here, and goes there with the agreement",
)


async def settle_down(session: AsyncSession) -> None:
    """After an archive was taken in: the tenant is another one here than the other sides know, so nothing of what it agreed
    goes on. Agreements end, copies go; what was agreed, signed and crossed stays on record.
    """
    at = instant_of(session)
    await remove_copies(session, SpaceCopy.space_id.is_not(None))
    ended = {"state": "ended", "close_reason": MOVED, "closed_at": at}
    await session.execute(update(Space).where(Space.state.in_(OPEN)).values(ended))
    await session.execute(update(Space).where(Space.erased_at.is_(None)).values(erased_at=at, erased_count=0))
    over = {"state": ENDED, "is_open": False, "due_on": None, "lapses_on": None, "changed_at": at}
    await session.execute(update(SpaceCase).where(SpaceCase.is_open).values(over))
    waiting = update(SpaceEnvelope).where(SpaceEnvelope.state.in_(("waiting", "held")))
    await session.execute(waiting.values(state="withdrawn", settled_at=at))


async def about_person(session: AsyncSession, person: uuid.UUID) -> Sequence[tuple[Words, Sequence[Mapping[str, Any]]]]:
    """What is kept here of somebody's part in agreements: signed, sent, read."""
    signed = select(SpaceSignature.space_id, SpaceSignature.signer, SpaceSignature.post, SpaceSignature.signed_at)
    sent = select(SpaceEnvelope.space_id, SpaceEnvelope.kind, SpaceEnvelope.purpose, SpaceEnvelope.made_at)
    read = select(SpaceRead.space_id, SpaceRead.reader, SpaceRead.read_at, SpaceRead.sent_at)
    case = select(SpaceCase.space_id, SpaceCase.kind, SpaceCase.starts_on, SpaceCase.until_on, SpaceCase.state)
    step = select(SpaceCaseStep.name, SpaceCaseStep.happened_on, SpaceCaseStep.at, SpaceCaseStep.note)
    queries = (
        (
            Words("跨单位办理的本人事项", "cases with other tenants about the person"),
            case.where(SpaceCase.person_id == person),
        ),
        (
            Words("经手的跨单位事项", "steps taken in cases with other tenants"),
            step.where(SpaceCaseStep.by_person == person),
        ),
        (Words("签署的共建协议", "agreements signed"), signed.where(SpaceSignature.person_id == person)),
        (Words("按共建协议共享的记录", "what was sent under agreements"), sent.where(SpaceEnvelope.made_by == person)),
        (Words("阅读过的对方记录", "what was read of other sides"), read.where(SpaceRead.person_id == person)),
    )
    return [(title, [dict(row._mapping) for row in await session.execute(query)]) for title, query in queries]


async def forget_person(session: AsyncSession, person: uuid.UUID) -> list[Kept]:
    """Takes the name out of what was sent and read here; what others hold of it, and signatures, stay, with the reason."""
    read = await session.scalar(
        select(func.count()).select_from(SpaceRead).where(SpaceRead.person_id == person, SpaceRead.sent_at.is_not(None))
    )
    gone = update(SpaceRead).where(SpaceRead.person_id == person)
    await session.execute(gone.values(reader=NOBODY, person_id=None))
    sent = update(SpaceEnvelope).where(SpaceEnvelope.made_by == person)
    await session.execute(sent.values(made_by=None, made_by_name=NOBODY))
    step = update(SpaceCaseStep).where(SpaceCaseStep.by_person == person)
    await session.execute(step.values(by_person=None, by_name=NOBODY))
    cases = await session.scalar(select(func.count()).select_from(SpaceCase).where(SpaceCase.person_id == person))
    signed = await session.scalar(
        select(func.count()).select_from(SpaceSignature).where(SpaceSignature.person_id == person)
    )
    kept = [Kept(Words("签署的共建协议", "agreements signed"), signed, _SIGNED)] if signed else []
    if cases:
        kept.append(Kept(Words("跨单位办理的事项", "cases with other tenants"), cases, _CASES))
    return [*kept, Kept(Words("阅读登记", "readings told"), read, _TOLD)] if read else kept
