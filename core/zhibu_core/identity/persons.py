"""People who are named by number, id or name, and what they may do: for commands and forms, where somebody else types."""

import contextlib
import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, not_found
from zhibu_core.organization.people import Person
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope, Tenant
from zhibu_core.words import Words


async def find_person(session: AsyncSession, named: str, *, field: str = "person") -> Person:
    """A person by staff or student number, id, or name where only one has it; raises `NotFound` or `InvalidInput`."""
    by = Person.number == named
    with contextlib.suppress(ValueError):
        by = by | (Person.id == uuid.UUID(named))
    found = list(await session.scalars(select(Person).where(by)))
    if not found:
        found = list(await session.scalars(select(Person).where(Person.name == named).limit(2)))
    if len(found) > 1:
        raise InvalidInput(
            "person_ambiguous",
            Words(
                f"有多人叫“{named}”。请改用工号或学号。",
                f"Several people are named “{named}”. Give the staff or student number.",
            ),
            field=field,
        )
    if not found:
        raise not_found(Words("人员", "person"), named)
    return found[0]


async def scope_of_named(platform: Platform, session: AsyncSession, tenant: Tenant, named: str) -> Scope:
    """What the named person may do without a second factor, which nobody gives here; raises what `find_person` raises."""
    person = await find_person(session, named, field="as")
    return await platform.scopes.scope(session, tenant, person.id, client="command", strong=False)
