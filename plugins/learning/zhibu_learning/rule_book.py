"""The rules of this plugin as they hold for a tenant: its pack with the tenant's own layers."""

from functools import cache

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.models import RuleLayer
from zhibu_core.ledger.rules import RuleBook, RulePack, TenantLayer, packs_of

HOURS_RULE = "learning.study_hours"
COURSE_RULE = "learning.required_course"


async def rule_book(session: AsyncSession) -> RuleBook:
    """The rule book of learning for the session's tenant."""
    rows = await session.scalars(select(RuleLayer).where(RuleLayer.rule.in_((HOURS_RULE, COURSE_RULE))))
    layers = [TenantLayer(row.rule, row.effective_from, row.parameters, row.reason) for row in rows]
    return RuleBook(_packs(), layers)


@cache
def _packs() -> tuple[RulePack, ...]:
    return packs_of("zhibu_learning")
