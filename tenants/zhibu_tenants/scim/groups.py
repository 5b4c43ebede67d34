"""Groups of the directory and who is in them. No membership of a branch follows: differences are shown, people decide."""

import uuid
from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, delete, select, update
from sqlalchemy.exc import IntegrityError

from zhibu_core.audit import note
from zhibu_core.tenancy.bulk import insert_rows
from zhibu_core.tenancy.ids import new_id
from zhibu_core.words import Words
from zhibu_tenants.scim import values
from zhibu_tenants.scim.call import ACTION, Call
from zhibu_tenants.scim.models import DirectoryGroup, DirectoryMember, DirectoryUser
from zhibu_tenants.scim.refusals import invalid, taken, unknown
from zhibu_tenants.scim.resources import Group, GroupMember


async def find_group(call: Call, group_id: uuid.UUID, *, to_write: bool = False) -> DirectoryGroup:
    """The group, locked where it is to be written; raises `Refused` where it is foreign or unknown."""
    query = select(DirectoryGroup).where(DirectoryGroup.id == group_id)
    found = await call.session.scalar(query.with_for_update() if to_write else query)
    if found is None:
        raise unknown("Group")
    return found


async def create_group(call: Call, given: Group) -> DirectoryGroup:
    """Takes a group in; raises `Refused`."""
    said, wanted = _said(given), await _checked_members(call, given.members or [])
    await _check_free(call, said, None)
    made = DirectoryGroup(id=new_id(), version=1, created_at=call.now, changed_at=call.now, **said)
    call.session.add(made)
    await _flush(call)
    await _settle_members(call, made, set(), wanted)
    await note(call.session, call.scope, ACTION, "directory_group", made.id, fields=["display_name", "members"])
    return made


async def change_group(call: Call, group: DirectoryGroup, wanted: Group) -> None:
    """Gives the group the wanted state; the version stays where nothing differs. Raises `Refused`."""
    said = _said(wanted)
    before = set((await members_of(call, [group.id])).get(group.id, []))
    after = await _checked_members(call, wanted.members or [])
    changed = [name for name, value in said.items() if getattr(group, name) != value]
    if not changed and before == after:
        return
    await _check_free(call, said, group.id)
    for name, value in said.items():
        setattr(group, name, value)
    group.version += 1
    group.changed_at = call.now
    await _flush(call)
    await _settle_members(call, group, before, after)
    fields = changed + (["members"] if before != after else [])
    await note(call.session, call.scope, ACTION, "directory_group", group.id, fields=fields)


async def delete_group(call: Call, group: DirectoryGroup) -> None:
    """Forgets the group; the organization that it stood for, and its members' memberships, stay as they are."""
    await _settle_members(call, group, set((await members_of(call, [group.id])).get(group.id, [])), set())
    await call.session.delete(group)
    await note(call.session, call.scope, ACTION, "directory_group", group.id, fields=["deleted"])


async def members_of(call: Call, groups: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The users in each of these groups."""
    query = select(DirectoryMember.group_id, DirectoryMember.user_id).where(DirectoryMember.group_id.in_(groups))
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for group, user in (await call.session.execute(query.order_by(DirectoryMember.user_id))).all():
        found.setdefault(group, []).append(user)
    return found


def _said(given: Group) -> dict[str, str | None]:
    name = values.required(given.display_name, "displayName")
    return {
        "external_id": values.text(given.external_id, "externalId"),
        "display_name": name,
        "display_key": values.key(name),
    }


async def _checked_members(call: Call, given: Sequence[GroupMember]) -> set[uuid.UUID]:
    """The users named; raises `Refused` where one is not a user of this directory."""
    wanted = {_user_id(one) for one in given}
    query = select(DirectoryUser.id).where(DirectoryUser.id.in_(wanted), DirectoryUser.ended_at.is_(None))
    if wanted and len((await call.session.scalars(query)).all()) < len(wanted):
        raise _no_member()
    return wanted


def _user_id(given: GroupMember) -> uuid.UUID:
    """By `value`, else by the last part of `$ref`."""
    try:
        return uuid.UUID(given.value or str(given.ref or "").rsplit("/", 1)[-1])
    except ValueError as error:
        raise _no_member() from error


def _no_member() -> Exception:
    return invalid(
        "members.value",
        Words(
            "members.value 须为本目录中用户的 id。组不能包含组。",
            "members.value is the id of a user of this directory. Groups hold no groups.",
        ),
    )


async def _check_free(call: Call, said: dict[str, str | None], but: uuid.UUID | None) -> None:
    if said["external_id"] is None:
        return
    found = await call.session.scalar(
        select(DirectoryGroup.id).where(DirectoryGroup.external_id == said["external_id"])
    )
    if found is not None and found != but:
        raise taken("externalId")


async def _flush(call: Call) -> None:
    try:
        await call.session.flush()
    except IntegrityError as error:
        raise taken("externalId") from error


async def _settle_members(call: Call, group: DirectoryGroup, before: set[uuid.UUID], after: set[uuid.UUID]) -> None:
    gone, come = before - after, after - before
    if gone:
        await call.session.execute(
            delete(DirectoryMember).where(DirectoryMember.group_id == group.id, DirectoryMember.user_id.in_(gone))
        )
    rows = [{"id": new_id(), "group_id": group.id, "user_id": user} for user in sorted(come)]
    await insert_rows(call.session, cast("Table", DirectoryMember.__table__), rows)
    if gone or come:  # a user's groups are part of the user
        await call.session.execute(
            update(DirectoryUser)
            .where(DirectoryUser.id.in_(gone | come))
            .values(version=DirectoryUser.version + 1, changed_at=call.now)
        )
