"""Where in the tree people and organizations stand, and whether somebody may act or look there."""

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import Forbidden, InvalidInput, not_found
from zhibu_core.organization.models import Organization
from zhibu_core.organization.people import Membership, Person
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

RECORD = "learning.training.record"
READ = "learning.training.read"
READ_OWN = "learning.training.read_own"


async def organization_for(
    session: AsyncSession, scope: Scope, organization_id: uuid.UUID, action: str
) -> Organization:
    """The organization if the action is held there; raises `NotFound`, `Unauthenticated` or `Forbidden`."""
    found = await session.scalar(select(Organization).where(Organization.id == organization_id))
    if found is None:
        raise not_found(Words("组织", "organization"), str(organization_id))
    scope.require(action, found.path)
    return found


async def branch_of(session: AsyncSession, person_id: uuid.UUID) -> tuple[Membership, Organization]:
    """A person's present membership with its branch; raises `NotFound` for an unknown person, else `InvalidInput`."""
    query = (
        select(Membership, Organization)
        .join(
            Organization,
            (Organization.tenant_id == Membership.tenant_id) & (Organization.id == Membership.organization_id),
        )
        .where(Membership.person_id == person_id, Membership.until.is_(None))
    )
    found = (await session.execute(query)).first()
    if found is not None:
        return found[0], found[1]
    if await session.scalar(select(Person.id).where(Person.id == person_id)) is None:
        raise not_found(Words("人员", "person"), str(person_id))
    raise InvalidInput(
        "no_branch",
        Words(
            "此人现在不属于任何党支部，不能登记学习。请先核对花名册。",
            "This person belongs to no branch now, so no study can be recorded. Check the roster first.",
        ),
        field="person",
    )


def require_reading(scope: Scope, person_id: uuid.UUID, path: str) -> None:
    """One's own training, or anybody's at the branch of this path; raises `Unauthenticated` or `Forbidden`."""
    if scope.person() == person_id and scope.may(READ_OWN):
        return
    if not scope.may(READ, path):
        raise Forbidden(
            "forbidden",
            Words(
                "您只能查看本人或所管理支部党员的学习记录。请联系支部书记。",
                "You may see study records of your own and of members of branches in your charge only. Ask the branch secretary.",
            ),
        )
