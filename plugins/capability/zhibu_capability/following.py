"""Stored scores follow the facts: only what an event's record touches is measured anew, everything after an import."""

from collections.abc import Iterable
from os.path import commonprefix

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.books import book_of, book_with
from zhibu_capability.measure.inputs import Inputs
from zhibu_capability.measure.parts import EVERY, measure, renewed
from zhibu_capability.measure.spans import Span, Survey
from zhibu_capability.score import Branch
from zhibu_capability.scoring import standing, survey_of
from zhibu_capability.store import computed, keep
from zhibu_capability.stored import Shelf, has_changed, pairs_beside, stored_periods
from zhibu_capability.touching import Touched, touched_by
from zhibu_core.ledger.duties import Reach
from zhibu_core.periods import Period, add_months, unit_of
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import Event
from zhibu_core.tenancy.bulk import raw_connection
from zhibu_core.tenancy.scope import Scope

QUARTERS = 8
"""How many ended quarters are kept from the first import on, beside the running one: the trend of a portrait."""

EVERYTHING = frozenset({"import.written", "plugin.enabled", "plugin.disabled"})
"""Events after which everything stored is measured anew."""

# One branch is asked about, whichever it is: planning these statements anew costs as much as running them.
_PLANNED_ONCE = "set local plan_cache_mode = force_generic_plan"

Fresh = dict[int, dict[Branch, Inputs]]


async def follow(session: AsyncSession, scope: Scope, event: Event, platform: Platform) -> int:
    """Measures what an event touches in the stored periods and stores what changed; returns how many scores did."""
    if event.topic in EVERYTHING:
        return await recompute(session, scope, platform)
    await (await raw_connection(session)).execute(_PLANNED_ONCE)
    touched = await touched_by(session, event)
    if not touched.shelves:
        return 0
    reach = Reach(_above(touched.branches.values()), organization_ids=tuple(touched.branches))
    book = book_with(platform, scope.plugins, touched.layers)
    asked = survey_of(session, scope, book, sorted(touched.shelves), reach)
    return await _keep(session, asked, await _measured(session, asked, touched), touched.shelves)


async def recompute(session: AsyncSession, scope: Scope, platform: Platform) -> int:
    """Measures all branches in every stored period and in those of the trend; returns how many scores changed."""
    periods = {*await stored_periods(session), *trend_of(unit_of("quarter", scope.today))}
    asked = survey_of(session, scope, await book_of(session, scope, platform), sorted(periods))
    return sum(one.stored for one in await computed(session, asked))


def trend_of(quarter: Period) -> list[Period]:
    """A quarter and those before it that a trend needs, oldest first."""
    return [unit_of("quarter", add_months(quarter.start, -3 * back)) for back in range(QUARTERS, -1, -1)]


async def _measured(session: AsyncSession, asked: Survey, touched: Touched) -> Fresh:
    """The inputs of each span that are other than stored: a statement for each part that is touched in any of them."""
    wanted = {n: _parts(span, touched, touched.shelves[span.period]) for n, span in enumerate(asked.spans)}
    fresh: Fresh = {}
    for part in EVERY:
        places = [n for n, parts in wanted.items() if part in parts]
        if not places:
            continue
        narrow = Survey(asked.tenant_id, asked.book, tuple(asked.spans[n] for n in places), asked.reach, asked.sources)
        found = await measure(session, narrow, {part})
        for place, n in enumerate(places):
            span = asked.spans[n]
            for branch, old in _known(span, touched, touched.shelves[span.period]):
                inputs = fresh.setdefault(n, {}).get(branch, old)
                fresh[n][branch] = renewed(inputs, span, found.get((place, branch.id), {}), {part})
    return fresh


def _above(branches: Iterable[Branch]) -> str:
    """The path of the smallest subtree that holds the branches: less of the tree is read to find them."""
    common = commonprefix([branch.path for branch in branches])  # noqa: RUF071 cut at a separator below
    return common[: common.rfind("/") + 1]


def _parts(span: Span, touched: Touched, shelf: Shelf) -> Iterable[str]:
    """The touched parts; all of them where anything stored was computed with other rule versions than hold now."""
    return EVERY if any(row.versions != span.versions for row in shelf.values()) else touched.parts(span)


def _known(span: Span, touched: Touched, shelf: Shelf) -> list[tuple[Branch, Inputs]]:
    stood = standing(list(touched.branches.values()), span.period)
    return [(branch, shelf[branch.id].inputs) for branch in stood if branch.id in shelf]


async def _keep(session: AsyncSession, asked: Survey, fresh: Fresh, shelves: dict[Period, Shelf]) -> int:
    changed = {
        n: [(b, i) for b, i in found.items() if has_changed(shelves[asked.spans[n].period][b.id], asked.spans[n], i)]
        for n, found in fresh.items()
    }
    count = 0
    for n, pairs in changed.items():
        if pairs:
            span, own = asked.spans[n], {branch.id for branch, _ in pairs}
            others = await pairs_beside(session, span.period, {branch.type for branch, _ in pairs}, own)
            count += (await keep(session, span, pairs, shelves[span.period], others)).stored
    return count
