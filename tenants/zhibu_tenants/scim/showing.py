"""Rows as SCIM resources: addresses, versions, and what each is part of."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from scim2_models import Meta, Reference

from zhibu_tenants.scim.call import Call
from zhibu_tenants.scim.groups import members_of
from zhibu_tenants.scim.models import DirectoryGroup, DirectoryUser
from zhibu_tenants.scim.people import person_of, telephones_of
from zhibu_tenants.scim.resources import EnterpriseUser, FullUser, Group, GroupMember, GroupOfUser
from zhibu_tenants.scim.users import groups_of


async def show_users(call: Call, users: Sequence[DirectoryUser]) -> list[FullUser]:
    """The users with their groups; two statements for any number."""
    groups = await groups_of(call, [user.id for user in users]) if users else {}
    return [_user(call, user, groups.get(user.id, [])) for user in users]


async def show_groups(call: Call, groups: Sequence[DirectoryGroup]) -> list[Group]:
    """The groups with their members; two statements for any number."""
    members = await members_of(call, [group.id for group in groups]) if groups else {}
    return [_group(call, group, members.get(group.id, [])) for group in groups]


async def user_to_change(call: Call, user: DirectoryUser) -> FullUser:
    """The user with the telephones, for operations that change some of them; no answer carries those."""
    shown = (await show_users(call, [user]))[0]
    shown.phone_numbers = telephones_of(call, await person_of(call, user)) or None
    return shown


def version_of(row: DirectoryUser | DirectoryGroup) -> str:
    """The entity tag; weak, since the same state may be written in several ways."""
    return f'W/"{row.version}"'


def location_of(call: Call, kind: str, row: uuid.UUID) -> str:
    """The resource's own address."""
    return f"{call.base}/{kind}s/{row}"


def _user(call: Call, user: DirectoryUser, groups: Sequence[uuid.UUID]) -> FullUser:
    made = FullUser(
        id=str(user.id),
        external_id=user.external_id,
        user_name=user.user_name,
        display_name=user.display_name,
        title=user.title,
        active=user.is_active,
        groups=[GroupOfUser(value=str(group), ref=_ref(call, "Group", group)) for group in groups] or None,
        meta=_meta(call, "User", user),
    )
    if user.employee_number is not None:
        made[EnterpriseUser] = EnterpriseUser(employee_number=user.employee_number)
    return made


def _group(call: Call, group: DirectoryGroup, members: Sequence[uuid.UUID]) -> Group:
    return Group(
        id=str(group.id),
        external_id=group.external_id,
        display_name=group.display_name,
        members=[GroupMember(value=str(user), ref=_ref(call, "User", user)) for user in members] or None,
        meta=_meta(call, "Group", group),
    )


def _ref(call: Call, kind: str, row: uuid.UUID) -> Any:
    return Reference[Any](location_of(call, kind, row))


def _meta(call: Call, kind: str, row: DirectoryUser | DirectoryGroup) -> Meta:
    return Meta(
        resource_type=kind,
        created=_seconds(row.created_at),
        last_modified=_seconds(row.changed_at),
        location=location_of(call, kind, row.id),
        version=version_of(row),
    )


def _seconds(at: dt.datetime) -> dt.datetime:
    return at.replace(microsecond=0)
