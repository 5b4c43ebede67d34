"""Scores branches set-wise as the ledger stands now: seven statements, however many branches and periods."""

import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.books import book_of
from zhibu_capability.measure.inputs import Inputs
from zhibu_capability.measure.parts import inputs_of, measure
from zhibu_capability.measure.spans import BRANCHES, Survey, statement, survey
from zhibu_capability.score import Branch, BranchScore, scores_of
from zhibu_core.ledger.duties import Reach
from zhibu_core.ledger.rules import RuleBook
from zhibu_core.periods import Period
from zhibu_core.platform import Platform
from zhibu_core.tenancy.direct import Named, direct
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of

_BRANCHES = statement(
    f"""with {BRANCHES} select o.id, o.code, o.name, o.type, o.path, o.founded_on, o.abolished_on
    from b join organization o on o.tenant_id = :t and o.id = b.id order by o.path"""  # noqa: S608
)
WHOLE = Reach()


async def scores(
    session: AsyncSession, scope: Scope, platform: Platform, period: Period, reach: Reach = WHOLE
) -> list[BranchScore]:
    """The scores of all branches within reach, in the order of the tree; raises `InvalidInput` (no index then).

    Everything is measured now, the whole tenant, because the median of a type rests on all its branches.
    """
    asked = survey_of(session, scope, await book_of(session, scope, platform), [period])
    found = scores_of(asked.spans[0], (await measured(session, asked))[0])
    low = reach.path
    ids = reach.organization_ids
    return [one for one in found if one.branch.path.startswith(low) and (ids is None or one.branch.id in ids)]


def survey_of(
    session: AsyncSession, scope: Scope, book: RuleBook, periods: Iterable[Period], reach: Reach = WHOLE
) -> Survey:
    """The survey of a tenant's branches in some periods, with the plugins it has on."""
    return survey(tenant_of(session), book, periods, reach, scope.plugins)


async def measured(session: AsyncSession, asked: Survey) -> list[list[tuple[Branch, Inputs]]]:
    """For each span the branches that stood at its end, with their inputs."""
    rows = await branches(session, asked)
    found = await measure(session, asked)
    return [
        [(branch, inputs_of(asked.spans, found, (n, branch.id))) for branch in standing(rows, span.period)]
        for n, span in enumerate(asked.spans)
    ]


async def branches(session: AsyncSession, asked: Survey) -> list[Branch]:
    """The branches within reach, in the order of the tree, abolished ones too."""
    parameters = {name: value for name, value in asked.base.items() if name not in ("p", "firsts", "lasts")}
    return [branch_of(row) for row in await direct(session, _BRANCHES, parameters)]


def branch_of(row: Named) -> Branch:
    """A row of organization."""
    return Branch(row.id, row.code, row.name, row.type, row.path, row.founded_on, row.abolished_on)


def standing(rows: Sequence[Branch], period: Period) -> list[Branch]:
    """Those that were not abolished by the period's end."""
    return [branch for branch in rows if branch.abolished_on is None or branch.abolished_on > period.end]


def by_id(found: Iterable[BranchScore]) -> dict[uuid.UUID, BranchScore]:
    """Scores by their branch."""
    return {one.branch.id: one for one in found}
