"""What administrators and auditors see first: how much there is, which plugins are on, what was imported, what was done."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.imports.engine import ImportRun
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words

SOON = dt.timedelta(days=30)
LATELY = dt.timedelta(days=7)
SHOWN = 5

_COUNTS = text(
    """select
    (select count(*) from organization where tenant_id = :t and abolished_on is null) as organizations,
    (select count(*) from role_grant where tenant_id = :t and (until is null or until >= :today)) as grants,
    (select count(*) from role_grant where tenant_id = :t and until >= :today and until <= :soon) as ending,
    (select count(*) from role_grant g where g.tenant_id = :t and (g.until is null or g.until >= :today)
      and g.since < cast(:today as date) - coalesce((select (s.value ->> 'value')::integer from tenant_setting s
        where s.tenant_id = :t and s.key = 'access.review_days'), 180)
      and not exists (select from access_review v where v.tenant_id = :t and v.grant_id = g.id
        and v.reviewed_on >= cast(:today as date) - coalesce((select (s.value ->> 'value')::integer from tenant_setting s
          where s.tenant_id = :t and s.key = 'access.review_days'), 180))) as due,
    (select count(*) from staff_entry e where e.tenant_id = :t and e.ended_at is null and e.starts_at is null
      and e.asked_at > now() - interval '7 days') as asking"""
)
_DEEDS = text(
    """select action, count(*) as times from audit_entry where tenant_id = :t and at >= :since
    group by action order by action"""
)


@dataclass(frozen=True)
class Overview:
    """The tenant in short; `due` grants wait for a review, `asking` of the platform's staff for approval.

    `plugins` are pairs (on, installed), `deeds` pairs (what, how often in seven days).
    """

    organizations: int
    grants: int
    ending: int
    due: int
    asking: int
    plugins_on: int
    plugins_installed: int
    unavailable: int
    imports: Sequence[ImportRun]
    deeds: list[tuple[Words, int]]


async def overview_of(platform: Platform, session: AsyncSession, scope: Scope, *, deeds: bool) -> Overview:
    """Two statements, and one more for the deeds where they are wanted."""
    today = scope.today
    values = {"t": tenant_of(session), "today": today, "soon": today + SOON}
    row = (await session.execute(_COUNTS, values)).one()
    runs = await session.scalars(select(ImportRun).order_by(ImportRun.started_at.desc()).limit(SHOWN))
    host = platform.host
    return Overview(
        organizations=row.organizations,
        grants=row.grants,
        ending=row.ending,
        due=row.due,
        asking=row.asking,
        plugins_on=len(scope.plugins),
        plugins_installed=len(host.switchable | set(host.unavailable)),
        unavailable=len(host.unavailable),
        imports=list(runs),
        deeds=await _deeds(platform, session, scope) if deeds else [],
    )


async def _deeds(platform: Platform, session: AsyncSession, scope: Scope) -> list[tuple[Words, int]]:
    titles = platform.scopes.policy(scope.plugins).actions
    since = dt.datetime.now(dt.UTC) - LATELY
    rows = await session.execute(_DEEDS, {"t": tenant_of(session), "since": since})
    other = Words("其他", "other")
    return [(titles[row.action].title if row.action in titles else other, row.times) for row in rows]


async def names_of(session: AsyncSession, ids: Sequence[uuid.UUID]) -> Sequence[Any]:
    """Short names of organizations, in the order of the tree: id, name, short_name, path."""
    query = select(Organization.id, Organization.name, Organization.short_name, Organization.path)
    return (await session.execute(query.where(Organization.id.in_(ids)).order_by(Organization.path))).all()
