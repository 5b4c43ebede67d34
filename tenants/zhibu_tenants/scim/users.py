"""Users of the directory: made, changed and seen off, each together with the person it stands for."""

import uuid
from collections.abc import Sequence
from typing import cast

from sqlalchemy import Select, delete, select, update
from sqlalchemy.exc import IntegrityError

from zhibu_core.tenancy.ids import new_id
from zhibu_tenants.scim import values
from zhibu_tenants.scim.call import Call
from zhibu_tenants.scim.models import DirectoryGroup, DirectoryMember, DirectoryUser
from zhibu_tenants.scim.people import (
    NUMBER,
    person_for,
    person_of,
    seal_telephones,
    see_off,
    settle_sign_in,
    take_over,
)
from zhibu_tenants.scim.refusals import taken, unknown
from zhibu_tenants.scim.resources import EnterpriseUser, FullUser, PhoneNumber

UNIQUE = {"user_key": "userName", "external_id": "externalId", "employee_number": NUMBER}


async def find_user(call: Call, user_id: uuid.UUID, *, to_write: bool = False) -> DirectoryUser:
    """The user, locked where it is to be written; raises `Refused` where it is foreign, unknown or deleted."""
    query = select(DirectoryUser).where(DirectoryUser.id == user_id, DirectoryUser.ended_at.is_(None))
    found = await call.session.scalar(query.with_for_update() if to_write else query)
    if found is None:
        raise unknown("User")
    return found


async def create_user(call: Call, given: FullUser) -> DirectoryUser:
    """Takes the directory's user in, by its number as somebody known or else as a new person; raises `Refused`."""
    said = _said(given)
    await _check_free(call, said, None)
    person = await person_for(call, str(said["display_name"]), cast("str | None", said["employee_number"]))
    if await call.session.scalar(_live().where(DirectoryUser.person_id == person.id)) is not None:
        raise taken(NUMBER)
    made = DirectoryUser(
        id=new_id(), person_id=person.id, version=1, created_at=call.now, changed_at=call.now, ended_at=None, **said
    )
    call.session.add(made)
    await _flush(call)
    await _to_person(call, made, given.phone_numbers)
    return made


async def change_user(call: Call, user: DirectoryUser, wanted: FullUser, before: Sequence[PhoneNumber]) -> None:
    """Gives the user the wanted state; the version stays where nothing differs. Raises `Refused`.

    `before` are the person's numbers as they were: they are written only where the wanted ones differ.
    """
    said = _said(wanted)
    numbers = wanted.phone_numbers or []
    same_numbers = list(numbers) == list(before)
    if same_numbers and all(getattr(user, name) == value for name, value in said.items()):
        return
    await _check_free(call, said, user.id)
    for name, value in said.items():
        setattr(user, name, value)
    user.version += 1
    user.changed_at = call.now
    await _flush(call)
    await _to_person(call, user, None if same_numbers else numbers)


async def delete_user(call: Call, user: DirectoryUser) -> None:
    """Sees the person off: no sign-in, no roles, no groups. What we know of the person stays, membership too."""
    user.ended_at = user.changed_at = call.now
    user.version += 1
    await _leave_groups(call, user)
    person = await person_of(call, user)
    await see_off(call, person)
    await call.note_person(person, ["sign_in_off_since", "role_grant"])


async def groups_of(call: Call, users: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The groups of each of these users."""
    query = select(DirectoryMember.user_id, DirectoryMember.group_id).where(DirectoryMember.user_id.in_(users))
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for user, group in (await call.session.execute(query.order_by(DirectoryMember.group_id))).all():
        found.setdefault(user, []).append(group)
    return found


async def _leave_groups(call: Call, user: DirectoryUser) -> None:
    groups = (await groups_of(call, [user.id])).get(user.id, [])
    await call.session.execute(delete(DirectoryMember).where(DirectoryMember.user_id == user.id))
    if groups:
        await call.session.execute(
            update(DirectoryGroup)
            .where(DirectoryGroup.id.in_(groups))
            .values(version=DirectoryGroup.version + 1, changed_at=call.now)
        )


def _said(given: FullUser) -> dict[str, str | bool | None]:
    extension = given[EnterpriseUser]
    user_name, name = values.required(given.user_name, "userName"), values.required(given.display_name, "displayName")
    return {
        "user_name": user_name,
        "user_key": values.key(user_name),
        "external_id": values.text(given.external_id, "externalId"),
        "display_name": name,
        "display_key": values.key(name),
        "employee_number": values.text(extension.employee_number, NUMBER) if extension else None,
        "title": values.text(given.title, "title"),
        "is_active": given.active,
    }


def _live() -> Select[uuid.UUID]:
    return select(DirectoryUser.id).where(DirectoryUser.ended_at.is_(None))


async def _check_free(call: Call, said: dict[str, str | bool | None], but: uuid.UUID | None) -> None:
    """Raises `Refused` naming the attribute whose value another user has."""
    for column, attribute in UNIQUE.items():
        if (value := said[column]) is None:
            continue
        query = _live().where(getattr(DirectoryUser, column) == value)
        if but is not None:
            query = query.where(DirectoryUser.id != but)
        if await call.session.scalar(query) is not None:
            raise taken(attribute)


async def _flush(call: Call) -> None:
    """Writes; of two calls at once with the same value the second is refused as it would be a moment later."""
    try:
        await call.session.flush()
    except IntegrityError as error:
        name = next((said for column, said in UNIQUE.items() if column in str(error.orig)), NUMBER)
        raise taken(name) from error


async def _to_person(call: Call, user: DirectoryUser, numbers: Sequence[PhoneNumber] | None) -> None:
    person = await person_of(call, user)
    changed = await take_over(call, user, person)
    if numbers is not None:
        changed += seal_telephones(call, person, numbers)
    changed += await settle_sign_in(call, person, active=user.is_active is not False)
    await call.session.flush()
    await call.note_person(person, changed)
