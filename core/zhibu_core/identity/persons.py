"""The scope of a person who is named by number or name: for commands, where nobody signs in and no second factor is given."""

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.words import Words


async def scope_of_named(platform: Platform, session: AsyncSession, tenant: Tenant, named: str) -> Scope:
    """What the person may do; raises `NotFound`, and `InvalidInput` where several have the name."""
    query = select(Person.id).where(or_(Person.number == named, Person.name == named)).limit(2)
    found = list(await session.scalars(query))
    if not found:
        raise not_found(Words("人员", "person"), named)
    if len(found) > 1:
        raise InvalidInput(
            "person_ambiguous",
            Words(f"有多人叫“{named}”。请改用工号或学号。", f"Several people are named “{named}”. Give the number."),
            field="as",
        )
    return await platform.scopes.scope(session, tenant, found[0], client="command", strong=False)
