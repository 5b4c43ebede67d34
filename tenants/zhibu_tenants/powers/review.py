"""Access review (权限复核): who holds what where since when, by whom, last used; each line confirmed or ended by somebody."""

import csv
import datetime as dt
import io
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.audit import note
from zhibu_core.errors import InvalidInput, NotFound
from zhibu_core.exports.marking import harmless
from zhibu_core.identity.access import AccessReview
from zhibu_core.identity.models import RoleGrant
from zhibu_core.identity.scopes import Scopes
from zhibu_core.organization.models import Organization
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words
from zhibu_tenants.powers.separation import is_separated
from zhibu_tenants.powers.settings import REVIEW_DAYS, setting
from zhibu_tenants.roles import end_grant, title_of

SIGN_IN = "home.read"
"""What is noted at every sign-in, under whichever role: no use of any."""

_LINES = text(
    """select g.id, p.id as person_id, p.name as person, p.number, g.role, o.code as node, o.name as node_name,
      coalesce(o.path, '') as path, g.since, g.until, b.name as granted_by, g.granted_at, d.name as delegated_from,
      r.name_zh, r.name_en, r.actions, v.reviewed_on, w.name as reviewed_by
    from role_grant g join person p on p.tenant_id = g.tenant_id and p.id = g.person_id
    left join organization o on o.tenant_id = g.tenant_id and o.id = g.node_id
    left join person b on b.tenant_id = g.tenant_id and b.id = g.granted_by
    left join person d on d.tenant_id = g.tenant_id and d.id = g.delegated_from
    left join tenant_role r on r.tenant_id = g.tenant_id and r.key = g.role and r.ended_at is null
    left join (select distinct on (grant_id) tenant_id, grant_id, reviewed_on, reviewed_by from access_review
      where tenant_id = :t order by grant_id, reviewed_on desc, id desc) v on v.tenant_id = g.tenant_id and v.grant_id = g.id
    left join person w on w.tenant_id = g.tenant_id and w.id = v.reviewed_by
    where g.tenant_id = :t and (g.until is null or g.until >= :today) order by o.path nulls first, g.role, p.sort_name, g.id"""
)
_USED = text(
    """select actor_id, action, max(at) as at from audit_entry
    where tenant_id = :t and actor_id = any(:people) group by actor_id, action"""
)


@dataclass(frozen=True)
class ReviewLine:
    """One grant in force as a reviewer sees it; `node` is None for the whole tenant, `last_used` the day of the last deed.

    `granted_by` and `reviewed_by` are names, none where it was the operator. `is_due` asks for a review.
    """

    id: uuid.UUID
    person_id: uuid.UUID
    person: str
    number: str | None
    role: str
    title: Words
    node: str | None
    node_name: str | None
    path: str
    since: dt.date
    until: dt.date | None
    granted_by: str | None
    delegated_from: str | None
    last_used: dt.date | None
    reviewed_on: dt.date | None
    reviewed_by: str | None
    is_due: bool


async def review_lines(session: AsyncSession, scopes: Scopes, scope: Scope) -> list[ReviewLine]:
    """The grants in force that the reader may see, by node (three statements)."""
    rows = (await session.execute(_LINES, {"t": tenant_of(session), "today": scope.today})).all()
    days = int(await setting(session, REVIEW_DAYS))
    people = sorted({row.person_id for row in rows})
    used = (await session.execute(_USED, {"t": tenant_of(session), "people": people})).all()
    at = {(row.actor_id, row.action): row.at for row in used if row.action != SIGN_IN}
    policy, oldest = scopes.policy(scope.plugins), scope.today - dt.timedelta(days=days)
    return [
        _line(row, at, row.actions or policy.of_role(row.role), ZoneInfo(scope.tenant.zone), oldest)
        for row in rows
        if scope.actor is None or scope.may("role.read", row.path)
    ]


def _line(
    row: Any, at: dict[tuple[uuid.UUID, str], dt.datetime], actions: Iterable[str], zone: ZoneInfo, oldest: dt.date
) -> ReviewLine:
    used = [moment for action in actions if (moment := at.get((row.person_id, action)))]
    title = title_of(row.role, row.name_zh, row.name_en)
    return ReviewLine(
        row.id, row.person_id, row.person, row.number, row.role, title, row.node, row.node_name, row.path, row.since, row.until,
        row.granted_by, row.delegated_from, max(used).astimezone(zone).date() if used else None, row.reviewed_on,
        row.reviewed_by, (row.reviewed_on or row.since) < oldest,
    )  # fmt: skip


async def confirm(session: AsyncSession, scope: Scope, grant_id: uuid.UUID) -> None:
    """Notes that the grant is still right; raises `NotFound`, `Forbidden`, or `InvalidInput` for one's own where kept apart."""
    grant = await _grant(session, scope, grant_id)
    if scope.actor and grant.person_id == scope.actor.person_id and await is_separated(session):
        raise InvalidInput(
            "own_review",
            Words(
                "不能复核本人的权限。请由另一名安全管理员复核。",
                "Nobody reviews their own access. Ask another administrator.",
            ),
            field="grant",
        )
    await _keep(session, scope, grant, "confirmed")


async def end_by_review(session: AsyncSession, scope: Scope, grant_id: uuid.UUID) -> None:
    """Ends the grant at once and notes who found it wrong; raises `NotFound` or `Forbidden`."""
    grant = await _grant(session, scope, grant_id)
    await end_grant(session, scope, grant)
    await _keep(session, scope, grant, "ended")


async def _keep(session: AsyncSession, scope: Scope, grant: RoleGrant, decision: str) -> None:
    by = scope.actor.person_id if scope.actor else None
    session.add(
        AccessReview(id=new_id(), grant_id=grant.id, decision=decision, reviewed_on=scope.today, reviewed_by=by)
    )
    await session.flush()
    await note(session, scope, "access.review", "role_grant", grant.id, fields=[decision])


async def _grant(session: AsyncSession, scope: Scope, grant_id: uuid.UUID) -> RoleGrant:
    in_force = RoleGrant.until.is_(None) | (RoleGrant.until >= scope.today)
    grant = await session.scalar(select(RoleGrant).where(RoleGrant.id == grant_id, in_force).with_for_update())
    if grant is None:
        raise NotFound("grant_unknown", Words("没有这项授权，或它已结束。", "There is no such grant, or it has ended."))
    path = (
        await session.scalar(select(Organization.path).where(Organization.id == grant.node_id)) if grant.node_id else ""
    )
    if scope.actor is not None:
        scope.require("access.review", path or "")
    return grant


HEADINGS = (
    "人员",
    "工号",
    "角色",
    "组织代码",
    "组织",
    "开始",
    "截止",
    "授权人",
    "代理",
    "最近使用",
    "复核日期",
    "复核人",
    "待复核",
)


async def as_csv(session: AsyncSession, scope: Scope, lines: Sequence[ReviewLine]) -> str:
    """The lines for a spreadsheet program, with a byte order mark; that they were taken is noted in the audit."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for line in lines:
        cells = (
            line.person, line.number, line.title.zh, line.node, line.node_name, line.since, line.until, line.granted_by,
            line.delegated_from, line.last_used, line.reviewed_on, line.reviewed_by, "是" if line.is_due else "",
        )  # fmt: skip
        writer.writerow([harmless("" if cell is None else str(cell)) for cell in cells])
    await note(session, scope, "role.read", "access_review", fields=["csv"])
    return "\ufeff" + out.getvalue()
