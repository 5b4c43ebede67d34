"""Pages of duties: of the asker's whole reach, of one organization, and of all organizations of a level at once."""

import uuid
from collections import defaultdict
from collections.abc import Hashable
from typing import Any

from zhibu_core.ledger.duties import DutyState, Reach
from zhibu_core.periods import Period, parse_period
from zhibu_graphql.context import Context, Info
from zhibu_graphql.paging import page_of_list
from zhibu_graphql.reading.duties import DutyRecord, common_path, duties_in, duties_within, key_of_place
from zhibu_graphql.reading.organizations import OrganizationRecord, required_organization

States = frozenset[DutyState] | None


async def page_of_duties(
    info: Info, period: str, states: States, organization: str | None, below: bool, first: int, after: str | None
) -> Any:
    """The duties of all that the asker may read, or of one organization; raises `InvalidInput`, `NotFound`."""
    span = parse_period(period)
    if organization is not None:
        found = await required_organization(info.context, organization)
        return await page_of_organization(info, found, period, states, below, first, after)
    duties = await duties_in(info.context, span, states, "", with_facts=_asks_for_facts(info))
    return page_of_list(duties, key_of_place, first, after)


async def page_of_organization(
    info: Info, root: OrganizationRecord, period: str, states: States, below: bool, first: int, after: str | None
) -> Any:
    """The duties of one organization; for all organizations that ask alike in one step computed at once."""
    context, span, facts = info.context, parse_period(period), _asks_for_facts(info)

    async def fetch(paths: list[str]) -> dict[str, list[DutyRecord]]:
        duties = await duties_in(context, span, states, common_path(paths), with_facts=facts)
        return {path: [d for d in duties if d.path == path or (below and d.path.startswith(path))] for path in paths}

    name: Hashable = ("duties", span.name, states, below, facts)
    return page_of_list(await context.load(name, root.path, fetch) or [], key_of_place, first, after)


async def duties_of_persons(
    context: Context, persons: dict[uuid.UUID, str], span: Period, states: States, *, facts: bool
) -> dict[uuid.UUID, list[DutyRecord]]:
    """What is asked of these persons, given where each one's branch stands."""
    grouped: dict[uuid.UUID, list[DutyRecord]] = defaultdict(list)
    if len(persons) == 1:
        reach = Reach(next(iter(persons.values())), person_id=next(iter(persons)))
        found = await duties_within(context, span, states, reach, with_facts=facts)
    else:
        found = await duties_in(context, span, states, common_path(list(persons.values())), with_facts=facts)
    for record in found:
        if record.duty.person_id in persons:
            grouped[record.duty.person_id].append(record)
    return grouped


def _asks_for_facts(info: Info) -> bool:
    """Whether the operation reads the facts that count for a duty: only then are they gathered."""
    pending = list(info.selected_fields)
    while pending:
        selection = pending.pop()
        if getattr(selection, "name", "") == "facts":
            return True
        pending += selection.selections
    return False
