"""The ledger that both sides see: what crossed, when, by whom, who read it; and every case that is open."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.spaces.models import Space, SpaceArrival, SpaceEnvelope, SpaceParty, SpaceRead
from zhibu_core.spaces.powers import seen_by
from zhibu_core.spaces.reading import space_of
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

ROWS = 50
OPEN_STATES = ("waiting", "held", "open")
CORE_KINDS: Mapping[str, Words] = {
    "core.version": Words("协议文本", "words of the agreement"),
    "core.signature": Words("签署", "signature"),
    "core.closed": Words("终止通知", "word of its end"),
    "core.erased": Words("副本删除确认", "word that copies are gone"),
    "core.withdrawn": Words("收回通知", "call to give copies back"),
    "core.reads": Words("阅读情况", "who read what"),
}
STATES: Mapping[str, Words] = {
    "waiting": Words("在途", "on its way"),
    "delivered": Words("已送达", "delivered"),
    "accepted": Words("已收到", "received"),
    "refused": Words("被拒收", "refused"),
    "held": Words("搁置", "held"),
    "open": Words("在途", "on its way"),
    "withdrawn": Words("未发出", "not sent"),
}
REASONS: Mapping[str, Words] = {
    "damaged": Words("内容与声明不符", "it is not what it says it is"),
    "not_a_party": Words("不是协议方", "not a party of the agreement"),
    "space_over": Words("协议已终止或不在期限内", "the agreement is over or not in its term"),
    "kind_not_agreed": Words("协议没有约定这种内容", "the agreement does not name this kind"),
    "fields_not_agreed": Words("协议没有约定这些字段", "the agreement does not name these fields"),
    "no_basis": Words("个人信息没有写明依据", "personal data without a basis"),
    "not_declared": Words("内容或字段的名称与平台登记的不符", "a kind or field is not called what it is"),
    "words_refused": Words("协议文本不符合要求", "the words are none that an agreement can have"),
    "party_misnamed": Words("协议方的名称与平台登记的不符", "a party is not called what it is"),
    "case_unknown": Words("对方的记录里没有这件事", "the other side knows of no such case"),
    "party_unknown": Words(
        "对方没有这个组织，请核对代码或名称", "there is no such organization there: check its code or name"
    ),
    "party_abolished": Words("对方的这个组织已撤销", "that organization is abolished"),
    "party_gone": Words("对方单位已不在平台", "that tenant is no longer on the platform"),
    "plugin_off": Words("收件方停用了这项功能", "the receiver has switched this off"),
    "tenant_closed": Words("收件方暂停使用平台", "the receiver is suspended"),
    "file_gone": Words("附件已损坏或丢失", "its file is damaged or gone"),
    "failed": Words("投递没有成功，将自动重试", "delivery failed and will be tried again"),
    "held": Words("五次投递都没有成功", "five deliveries failed"),
}
"""Why something did not cross, by the key that `problem` holds."""


@dataclass(frozen=True)
class Crossing:
    """One envelope as one side sees it. `other` is the other tenant's name; `by` the person at the sender's.

    `arrived_at` is the receiver's instant where it is known here, else when this side heard of it.
    """

    id: uuid.UUID
    space_id: uuid.UUID
    direction: Literal["out", "in"]
    kind: str
    other: str
    fields: Sequence[str]
    purpose: str
    digest: str
    by: str
    made_at: dt.datetime
    state: str
    problem: str | None
    arrived_at: dt.datetime | None
    erased_at: dt.datetime | None
    reads: Sequence[SpaceRead] = ()

    @property
    def is_core(self) -> bool:
        """Whether it is a word on the agreement itself and no record."""
        return self.kind in CORE_KINDS

    @property
    def is_open(self) -> bool:
        """Whether it has not come to an end."""
        return self.state in OPEN_STATES

    @property
    def why(self) -> Words | None:
        """Why it has not crossed."""
        return None if self.problem is None else REASONS.get(self.problem, Words(self.problem, self.problem))


async def ledger(
    session: AsyncSession,
    who: Scope,
    space_id: uuid.UUID,
    *,
    records_only: bool = False,
    before: uuid.UUID | None = None,
    limit: int = ROWS + 1,
) -> list[Crossing]:
    """What crossed under an agreement, newest first, with who read it (five statements); raises `NotFound`.

    `before` is the last one of the page before.
    """
    await space_of(session, who, space_id)
    out = select(SpaceEnvelope).where(SpaceEnvelope.space_id == space_id)
    came = select(SpaceArrival).where(SpaceArrival.space_id == space_id)
    if records_only:
        out, came = out.where(SpaceEnvelope.kind.not_in(CORE_KINDS)), came.where(SpaceArrival.kind.not_in(CORE_KINDS))
    if before is not None:
        out, came = out.where(SpaceEnvelope.id < before), came.where(SpaceArrival.id < before)
    sent = list(await session.scalars(out.order_by(SpaceEnvelope.id.desc()).limit(limit)))
    arrived = list(await session.scalars(came.order_by(SpaceArrival.id.desc()).limit(limit)))
    return await _said(session, sent, arrived, limit)


async def count_crossings(session: AsyncSession, space_id: uuid.UUID, *, records_only: bool = False) -> int:
    """How many lines the ledger of an agreement has (two statements)."""
    total = 0
    for model in (SpaceEnvelope, SpaceArrival):
        query = select(func.count()).select_from(model).where(model.space_id == space_id)
        total += await session.scalar(query.where(model.kind.not_in(CORE_KINDS)) if records_only else query) or 0
    return total


async def open_cases(session: AsyncSession, who: Scope, *, limit: int = ROWS) -> list[Crossing]:
    """Everything that has not come to an end, of all the agreements that the asker may see, newest first (four statements)."""
    seen = select(Space.id).where(seen_by(who))
    out = select(SpaceEnvelope).where(SpaceEnvelope.state.in_(("waiting", "held")), SpaceEnvelope.space_id.in_(seen))
    came = select(SpaceArrival).where(SpaceArrival.state == "open", SpaceArrival.space_id.in_(seen))
    sent = list(await session.scalars(out.order_by(SpaceEnvelope.id.desc()).limit(limit)))
    arrived = list(await session.scalars(came.order_by(SpaceArrival.id.desc()).limit(limit)))
    return await _said(session, sent, arrived, limit)


async def _said(
    session: AsyncSession, sent: Sequence[SpaceEnvelope], arrived: Sequence[SpaceArrival], limit: int
) -> list[Crossing]:
    every: list[SpaceEnvelope | SpaceArrival] = [*sent, *arrived]
    names = await _names(session, {one.space_id for one in every})
    newest = sorted(every, key=lambda one: one.id, reverse=True)[:limit]
    reads = await _reads(session, [one.id for one in newest])
    return [
        _out(one, names, reads.get(one.id, []))
        if isinstance(one, SpaceEnvelope)
        else _in(one, names, reads.get(one.id, []))
        for one in newest
    ]


def _out(one: SpaceEnvelope, names: Mapping[uuid.UUID, str], reads: Sequence[SpaceRead]) -> Crossing:
    return Crossing(
        one.id, one.space_id, "out", one.kind, names.get(one.receiver, ""), one.fields, one.purpose, one.digest,
        one.made_by_name, one.made_at, one.state, one.problem, one.settled_at, one.erased_at, reads,
    )  # fmt: skip


def _in(one: SpaceArrival, names: Mapping[uuid.UUID, str], reads: Sequence[SpaceRead]) -> Crossing:
    return Crossing(
        one.id, one.space_id, "in", one.kind, names.get(one.sender, ""), one.fields, one.purpose, one.digest,
        one.made_by_name, one.made_at, one.state, one.problem, one.arrived_at, one.erased_at, reads,
    )  # fmt: skip


async def _names(session: AsyncSession, spaces: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    query = select(SpaceParty.party, SpaceParty.tenant_name).where(SpaceParty.space_id.in_(spaces))
    return dict((await session.execute(query)).all())


async def _reads(session: AsyncSession, envelopes: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[SpaceRead]]:
    found: dict[uuid.UUID, list[SpaceRead]] = {}
    query = select(SpaceRead).where(SpaceRead.envelope_id.in_(list(envelopes))).order_by(SpaceRead.read_at)
    for one in await session.scalars(query):
        found.setdefault(one.envelope_id, []).append(one)
    return found


async def crossings_about(session: AsyncSession, subjects: Sequence[uuid.UUID], *, limit: int = ROWS) -> list[Crossing]:
    """What crossed of these records (`sending.subject_of`) in both directions, newest first, with who read it (four statements).

    Whoever calls it says who may see it: the person whom the records are about may.
    """
    out = select(SpaceEnvelope).where(SpaceEnvelope.subject.in_(subjects)).order_by(SpaceEnvelope.id.desc())
    came = select(SpaceArrival).where(SpaceArrival.subject.in_(subjects)).order_by(SpaceArrival.id.desc())
    sent, arrived = list(await session.scalars(out.limit(limit))), list(await session.scalars(came.limit(limit)))
    return await _said(session, sent, arrived, limit)
