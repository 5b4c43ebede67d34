"""One short factory for each of core's models that tests need; what is not said is plain and valid."""

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.organization.models import Organization, OrganizationPlacement
from zhibu_core.organization.names import sort_name
from zhibu_core.organization.people import Membership, Person
from zhibu_core.organization.tree import label_of
from zhibu_core.tallies.members import count_members
from zhibu_core.tenancy.ids import new_id

FOUNDED = dt.date(2015, 1, 1)
JOINED = dt.date(2016, 7, 1)


async def organization(
    session: AsyncSession, code: str, *, kind: str = "branch", parent: Organization | None = None, **values: Any
) -> Organization:
    """An organization below `parent`, standing there since it was founded."""
    path = (parent.path if parent else "") + label_of(code)
    given: dict[str, Any] = {
        "name": f"组织{code}",
        "short_name": code,
        "founded_on": FOUNDED,
        "founded_precision": "day",
        "has_committee": False,
        "unit": "",
        "type": "教师",
    }
    made = Organization(
        id=new_id(), code=code, kind=kind, parent_id=parent.id if parent else None, path=path, **(given | values)
    )
    session.add(made)
    await session.flush()
    session.add(
        OrganizationPlacement(
            id=new_id(), organization_id=made.id, parent_id=made.parent_id, path=path, since=made.founded_on or FOUNDED
        )
    )
    await session.flush()
    return made


async def person(session: AsyncSession, name: str, **values: Any) -> Person:
    """Somebody with a name and no membership."""
    made = Person(id=new_id(), name=name, sort_name=sort_name(name), **values)
    session.add(made)
    await session.flush()
    return made


async def member(session: AsyncSession, name: str, branch: Organization, **values: Any) -> Person:
    """A full member of a branch since 2016; `number` goes to the person, all else to the membership."""
    someone = await person(session, name, number=values.pop("number", None))
    given: dict[str, Any] = {
        "member_class": "full_member",
        "status": "normal",
        "joined_on": JOINED,
        "full_on": JOINED.replace(year=JOINED.year + 1),
        "standing_from": JOINED.replace(year=JOINED.year + 1),
        "is_lost": False,
        "is_mobile": False,
        "is_exempt": False,
        "party_post_precision": "day",
        "since": JOINED,
    }
    session.add(Membership(id=new_id(), person_id=someone.id, organization_id=branch.id, **(given | values)))
    await session.flush()
    await count_members(session, [branch.id])
    return someone
