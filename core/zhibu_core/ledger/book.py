"""The rule book of a tenant: the packs of its plugins with its own layer on top."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.ledger.models import RuleLayer
from zhibu_core.ledger.rule_layer import TenantLayer
from zhibu_core.ledger.rules import RuleBook
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.tenant_settings import read_setting

PUBLIC_INSTITUTION = "mobile_public_institution"


async def rule_book(platform: Platform, session: AsyncSession, scope: Scope) -> RuleBook:
    """The rules that hold for the tenant (two statements)."""
    rows = await session.scalars(select(RuleLayer).order_by(RuleLayer.rule, RuleLayer.effective_from))
    layers = [TenantLayer(row.rule, row.effective_from, row.parameters, row.reason) for row in rows]
    asked = await read_setting(session, PUBLIC_INSTITUTION, default=True)
    strict = platform.settings.mobile_public_institution and bool(asked)
    return RuleBook(platform.packs_for(scope.plugins), layers, mobile_public_institution=strict)
