"""The dues ledger as people read it: a member's months, and how many of them are owed in a row."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_affairs.arrears import Arrears, arrears
from zhibu_affairs.models import DuesEntry
from zhibu_core.errors import Forbidden, not_found
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

READ = "affairs.dues.read"
READ_OWN = "affairs.dues.read_own"


@dataclass(frozen=True)
class DuesView:
    """A member's months, newest first, and the arrears on the tenant's day."""

    entries: tuple[DuesEntry, ...]
    arrears: Arrears


async def dues_of(session: AsyncSession, scope: Scope, person_id: uuid.UUID) -> DuesView:
    """One's own dues, or with `affairs.dues.read` a member's of the branch.

    Arrears are counted from the first month that the ledger holds. Raises `NotFound`, `Unauthenticated`, `Forbidden`.
    """
    await _require_reading(session, scope, person_id)
    query = select(DuesEntry).where(DuesEntry.person_id == person_id).order_by(DuesEntry.month.desc())
    entries = tuple(await session.scalars(query))
    paid = [one.month for one in entries if one.paid_fen is not None and one.paid_fen >= (one.due_fen or 0)]
    first = entries[-1].month if entries else scope.today
    return DuesView(entries, arrears(first, paid, scope.today))


async def _require_reading(session: AsyncSession, scope: Scope, person_id: uuid.UUID) -> None:
    if scope.person() == person_id and scope.may(READ_OWN):
        return
    branch = select(Membership.organization_id).where(Membership.person_id == person_id, Membership.until.is_(None))
    path = await session.scalar(select(Organization.path).where(Organization.id.in_(branch)))
    if path is None:
        raise not_found(Words("党员", "member"), str(person_id))
    if not scope.may(READ, path):
        raise Forbidden(
            "forbidden",
            Words(
                "党费金额只有本人和负责党费的同志可以查看。",
                "Only the member and those in charge of dues may see amounts of dues.",
            ),
        )
