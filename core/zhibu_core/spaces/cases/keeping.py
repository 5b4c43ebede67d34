"""One side's own part in a case: opening it, taking a step, taking the last one back; each is sent to the other side."""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note as audit
from zhibu_core.errors import Conflict, InvalidInput, not_found
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.spaces.cases.closing import CASE, OBJECT
from zhibu_core.spaces.cases.models import SpaceCase, SpaceCaseStep
from zhibu_core.spaces.cases.protocol import ENDED, LAPSED, UNDONE, Protocol, Standing, Step
from zhibu_core.spaces.cases.reading import standing_of
from zhibu_core.spaces.cases.sharing import MOST_STEPS
from zhibu_core.spaces.declared import shareables_for, unknown_kind
from zhibu_core.spaces.powers import name_of
from zhibu_core.spaces.publishing import publish_records
from zhibu_core.spaces.terms import LONGEST_REASON, wrong
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import instant_of
from zhibu_core.words import Words


def protocol_of(platform: Platform, who: Scope, kind: str) -> Protocol:
    """The moves of a kind of case; raises `InvalidInput` where nothing that is on declares it."""
    declared = shareables_for(platform, who.plugins).get(kind)
    if declared is None or declared.case is None:
        raise unknown_kind(kind)
    return declared.case


async def open_case(platform: Platform, session: AsyncSession, who: Scope, case: SpaceCase, *, note: str = "") -> None:
    """Writes a case (its `id`, space, kind, party, organization, person and days are set) with its first step; `tell` it when what
    crosses of it is written. Raises `InvalidInput` naming the day that cannot be.
    """
    _check_days(who, case)
    protocol = protocol_of(platform, who, case.kind)
    case.is_own, case.state, case.is_open = True, "", True
    case.opened_at = case.changed_at = instant_of(session)
    session.add(case)
    await _take(session, who, protocol, case, protocol.opening.name, who.today, _said(note))


async def take(
    platform: Platform, session: AsyncSession, who: Scope, case: SpaceCase, name: str, *,
    on: dt.date | None = None, note: str = "",
) -> None:  # fmt: skip
    """Takes a step for this side (`on`: the day of what it says, today) and tells the other; the case is locked (`case_locked`).

    Raises `Conflict` saying where the case stands if it cannot be taken now, or by this side.
    """
    await _take(session, who, protocol_of(platform, who, case.kind), case, name, on or who.today, _said(note))
    await tell(platform, session, who, case)


async def undo(platform: Platform, session: AsyncSession, who: Scope, case: SpaceCase) -> str:
    """Takes this side's last step back and tells the other; the name of that step. Raises `Conflict` where it cannot be."""
    protocol = protocol_of(platform, who, case.kind)
    last = (await standing_of(session, protocol, case)).undoable(who.tenant.id, instant_of(session))
    if last is None:
        raise Conflict(
            "case_undo",
            Words(
                f"只能在 {protocol.undo_for.days} 天内撤销本方刚办的一步，对方还没有接着办。",
                f"Only this side's own last step can be taken back, within {protocol.undo_for.days} days, while nothing follows it.",
            ),
        )
    await _take(session, who, protocol, case, UNDONE, who.today, last.name)
    await tell(platform, session, who, case)
    return last.name


async def tell(platform: Platform, session: AsyncSession, who: Scope, case: SpaceCase) -> None:
    """Sends this side of the case as it is now; again does no harm. Raises what `publish_records` raises."""
    await publish_records(platform, session, who, case.space_id, case.kind, [case.id], to=[case.party])


async def case_locked(session: AsyncSession, case_id: uuid.UUID) -> SpaceCase:
    """One case, held against other steps until the transaction ends; raises `NotFound`."""
    found: SpaceCase | None = await session.scalar(select(SpaceCase).where(SpaceCase.id == case_id).with_for_update())
    if found is None:
        raise not_found(Words("事项", "case"), str(case_id))
    return found


async def write_standing(session: AsyncSession, who: Scope, case: SpaceCase, standing: Standing) -> None:
    """Says on the case where it stands now; noted in the audit, and told to plugins."""
    changed = case.state != standing.state
    case.state, case.is_open, case.tip_id = standing.state, standing.is_open, standing.tip
    case.due_on, case.lapses_on, case.changed_at = standing.due_on, standing.lapses_on, instant_of(session)
    await session.flush()
    await audit(session, who, CASE, OBJECT, case.id, fields=["state"], purpose=case.state)
    if changed:
        await publish(session, f"{CASE}.{case.state}", OBJECT, case.id)


def add_step(session: AsyncSession, case: SpaceCase, step: Step, by_person: uuid.UUID | None) -> None:
    """Writes a step down."""
    session.add(
        SpaceCaseStep(
            id=step.id, case_id=case.id, parent_id=step.parent, name=step.name, side=step.side, by_name=step.by,
            by_person=by_person, happened_on=step.on, at=step.at, note=step.note,
        )
    )  # fmt: skip


async def _take(
    session: AsyncSession, who: Scope, protocol: Protocol, case: SpaceCase, name: str, on: dt.date, note: str
) -> None:
    standing = await standing_of(session, protocol, case)
    side = who.tenant.id
    step = Step(new_id(), standing.tip, name, side, name_of(who), on, instant_of(session), note)
    if not standing.allows(step):
        raise _refused(protocol, standing, step)
    if sum(one.side == side for one in standing.steps) >= MOST_STEPS:
        raise Conflict(
            "case_steps", Words("这件事反复太多次，请另办。", "This went back and forth too often; open another.")
        )
    case.tip_id = step.id
    await session.flush()
    add_step(session, case, step, who.actor.person_id if who.actor else None)
    await write_standing(session, who, case, standing.after(step))


def _refused(protocol: Protocol, standing: Standing, step: Step) -> Conflict:
    late = standing.lapses_on is not None and step.on > standing.lapses_on
    if late or standing.state in (LAPSED, ENDED):
        said = protocol.title(LAPSED if late else standing.state)
        return Conflict(
            "case_over", Words(f"这件事已经{said.zh}，不能再办。", f"This is {said.en}: nothing more can be done.")
        )
    move = protocol.by_name.get(step.name)
    if move is not None and standing.state in (move.after or ("",)):
        return Conflict("case_side", Words("这一步要由对方来办。", "That step is the other side's to take."))
    now = protocol.title(standing.state)
    return Conflict(
        "case_state", Words(f"现在是“{now.zh}”，不能办这一步。", f"It stands at “{now.en}”: that step does not follow.")
    )


def _check_days(who: Scope, case: SpaceCase) -> None:
    first, last = case.starts_on, case.until_on
    if last < first:
        raise _wrong_day(
            "until_on", f"结束日期 {last} 早于开始日期 {first}。", f"The end, {last}, is before the start, {first}."
        )
    if last < who.today:
        raise _wrong_day("until_on", f"结束日期 {last} 已经过去。", f"The end, {last}, has gone by.")
    if not who.today <= case.answer_by <= last:
        raise _wrong_day(
            "answer_by", f"答复期限要在今天到 {last} 之间。", f"The answer is due between today and {last}."
        )


def _wrong_day(field: str, zh: str, en: str) -> InvalidInput:
    return InvalidInput(f"case_{field}", Words(zh, en), field=field)


def _said(note: str) -> str:
    said = " ".join(note.split())
    if len(said) > LONGEST_REASON:
        raise wrong("reason", "说明不超过 200 个字。", "At most 200 characters.")
    return said
