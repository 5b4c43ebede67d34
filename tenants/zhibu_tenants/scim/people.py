"""From a user of the directory to the person: whom it stands for, what it may change, and whether they may sign in."""

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, select, update

from zhibu_core.identity.models import Enrolment, RoleGrant, WebSession
from zhibu_core.organization.names import sort_name
from zhibu_core.organization.people import Person
from zhibu_core.organization.sealed import COLUMN, open_secrets, sealed_columns
from zhibu_core.tenancy.changes import tell_of_access
from zhibu_core.tenancy.ids import new_id
from zhibu_core.words import Words
from zhibu_tenants.scim import values
from zhibu_tenants.scim.call import Call
from zhibu_tenants.scim.models import DirectoryUser
from zhibu_tenants.scim.refusals import Refused, taken
from zhibu_tenants.scim.resources import PhoneNumber

NUMBER = "employeeNumber"


async def person_for(call: Call, name: str, number: str | None) -> Person:
    """The person with this staff or student number and name, else a new one.

    Raises `Refused` where the number is somebody's of another name: a directory must not turn one into the other.
    """
    known = None if number is None else await call.session.scalar(select(Person).where(Person.number == number))
    if known is None:
        made = Person(id=new_id(), name=name, sort_name=sort_name(name), number=number)
        call.session.add(made)
        await call.session.flush()
        return made
    if known.name != name:
        raise Refused(
            409,
            "uniqueness",
            Words(
                f"{NUMBER} 属于本单位另一个姓名的人。请核对 {NUMBER} 和 displayName。",
                f"{NUMBER} belongs to somebody of another name here. Check {NUMBER} and displayName.",
            ),
            attribute=NUMBER,
        )
    return known


async def person_of(call: Call, user: DirectoryUser) -> Person:
    """The person that the user stands for."""
    return (await call.session.scalars(select(Person).where(Person.id == user.person_id))).one()


async def take_over(call: Call, user: DirectoryUser, person: Person) -> list[str]:
    """Gives the person the directory's name, number and post; an empty value never replaces a filled one.

    Returns the columns that changed; raises `Refused` where the number is somebody else's.
    """
    wanted = {"name": user.display_name, "number": user.employee_number, "post": user.title}
    changed = {name: value for name, value in wanted.items() if value and getattr(person, name) != value}
    if "number" in changed:
        query = select(Person.id).where(Person.number == user.employee_number, Person.id != person.id)
        if await call.session.scalar(query) is not None:
            raise taken(NUMBER)
    if "name" in changed:
        person.sort_name = sort_name(user.display_name)
    for name, value in changed.items():
        setattr(person, name, value)
    return sorted(changed)


def telephones_of(call: Call, person: Person) -> list[PhoneNumber]:
    """The numbers as they are, for operations that change some of them; they leave this process in no answer."""
    held = open_secrets(call.platform.keyring.cipher(call.scope.tenant.id, COLUMN), person.id, person.sealed)
    numbers = ((held.phone, PhoneNumber.Type.mobile), (held.telephone, PhoneNumber.Type.work))
    return [PhoneNumber(value=value, type=kind) for value, kind in numbers if value]


def seal_telephones(call: Call, person: Person, given: Sequence[PhoneNumber]) -> list[str]:
    """Seals these numbers in place of the old ones; returns which changed, raises `Refused`."""
    cipher = call.platform.keyring.cipher(call.scope.tenant.id, COLUMN)
    old = open_secrets(cipher, person.id, person.sealed)
    found = values.telephones(given)
    new = msgspec.structs.replace(old, phone=found.get("phone"), telephone=found.get("telephone"))
    if new == old:
        return []
    for column, value in sealed_columns(cipher, person.id, new).items():
        setattr(person, column, value)
    return [name for name in ("phone", "telephone") if getattr(old, name) != getattr(new, name)]


async def settle_sign_in(call: Call, person: Person, *, active: bool) -> list[str]:
    """Lets the person sign in or not; somebody who may not is signed out at once. Returns the column if it changed."""
    if active == (person.sign_in_off_since is None):
        return []
    person.sign_in_off_since = None if active else call.now
    if not active:
        await call.session.execute(delete(WebSession).where(WebSession.person_id == person.id))
        await tell_of_access(call.session)
    return ["sign_in_off_since"]


async def see_off(call: Call, person: Person) -> None:
    """Ends sign-in, open sessions, invitations and roles. The person, membership and records stay."""
    await settle_sign_in(call, person, active=False)
    await call.session.execute(delete(Enrolment).where(Enrolment.person_id == person.id))
    yesterday = call.scope.today - dt.timedelta(days=1)
    await call.session.execute(
        update(RoleGrant)
        .where(RoleGrant.person_id == person.id, RoleGrant.until.is_(None) | (RoleGrant.until > yesterday))
        .values(until=yesterday)
    )
