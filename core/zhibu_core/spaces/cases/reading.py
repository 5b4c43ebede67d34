"""Cases as they are read on one side: every one that is open, where each stands, and what of it crossed."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.platform import Platform
from zhibu_core.spaces.cases.models import SpaceCase, SpaceCaseStep
from zhibu_core.spaces.cases.protocol import BY_ITSELF, Days, Protocol, Standing, Step, chain
from zhibu_core.spaces.declared import shareables_for
from zhibu_core.spaces.models import Space, SpaceParty
from zhibu_core.spaces.powers import seen_by
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words

ROWS = 50


@dataclass(frozen=True)
class OpenCase:
    """A case in a list: `title` is its kind, `state_title` where it stands, `other` the other side's tenant."""

    case: SpaceCase
    title: Words
    state_title: Words
    other: str
    today: dt.date

    @property
    def is_overdue(self) -> bool:
        """Whether the next step is late."""
        return self.case.due_on is not None and self.case.due_on < self.today


async def open_matters(platform: Platform, session: AsyncSession, who: Scope, *, limit: int = ROWS) -> list[OpenCase]:
    """Every open case under the agreements that the asker may see, what is due first in front (two statements)."""
    seen = select(Space.id).where(seen_by(who))
    query = select(SpaceCase).where(SpaceCase.is_open, SpaceCase.space_id.in_(seen))
    found = list(await session.scalars(query.order_by(SpaceCase.due_on, SpaceCase.id).limit(limit)))
    names, kinds = await party_names(session, found), shareables_for(platform, who.plugins)

    def said(case: SpaceCase) -> OpenCase:
        declared = kinds.get(case.kind)
        plain = Words(case.kind, case.kind), BY_ITSELF.get(case.state, Words(case.state, case.state))
        titles = (declared.title, declared.case.title(case.state)) if declared and declared.case else plain
        return OpenCase(case, *titles, names.get(case.party, ""), who.today)

    return [said(case) for case in found]


async def party_names(session: AsyncSession, cases: Collection[SpaceCase]) -> dict[uuid.UUID, str]:
    """The names of the other sides' tenants (one statement)."""
    query = select(SpaceParty.party, SpaceParty.tenant_name)
    return dict(
        (await session.execute(query.where(SpaceParty.space_id.in_({one.space_id for one in cases})).distinct())).all()
    )


async def steps_of(session: AsyncSession, cases: Collection[uuid.UUID]) -> Mapping[uuid.UUID, list[Step]]:
    """The steps of these cases that this side knows, in the order in which they were written down (one statement)."""
    found: dict[uuid.UUID, list[Step]] = {one: [] for one in cases}
    query = select(SpaceCaseStep).where(SpaceCaseStep.case_id.in_(list(cases)))
    for row in await session.scalars(query.order_by(SpaceCaseStep.at, SpaceCaseStep.id)):
        found[row.case_id].append(step_in(row))
    return found


async def standing_of(session: AsyncSession, protocol: Protocol, case: SpaceCase) -> Standing:
    """Where the case stands, from its steps (one statement)."""
    steps = (await steps_of(session, [case.id]))[case.id]
    opener = tenant_of(session) if case.is_own else case.party
    return chain(protocol, opener, Days(case.answer_by, case.starts_on, case.until_on), steps)


def step_in(row: SpaceCaseStep) -> Step:
    """The step of a row."""
    return Step(row.id, row.parent_id, row.name, row.side, row.by_name, row.happened_on, row.at, row.note)
