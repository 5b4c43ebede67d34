"""Tables of the directory: what it said of users and groups, in its own words, and how its calls went."""

import datetime as dt
import uuid

from sqlalchemy.orm import Mapped

from zhibu_core.tenancy.models import TenantOwned


class DirectoryUser(TenantOwned):
    """A user as the directory last said; `person_id` is the person it stands for.

    The `…_key` columns hold what comparisons ignoring case use. `is_active` is empty where the directory did not say,
    which counts as active. A deleted user keeps its row, with `ended_at`.
    """

    __tablename__ = "directory_user"

    person_id: Mapped[uuid.UUID]
    external_id: Mapped[str | None]
    user_name: Mapped[str]
    user_key: Mapped[str]
    display_name: Mapped[str]
    display_key: Mapped[str]
    employee_number: Mapped[str | None]
    title: Mapped[str | None]
    is_active: Mapped[bool | None]
    version: Mapped[int]
    created_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class DirectoryGroup(TenantOwned):
    """A group of the directory; one whose `external_id` is the code of an organization stands for that."""

    __tablename__ = "directory_group"

    external_id: Mapped[str | None]
    display_name: Mapped[str]
    display_key: Mapped[str]
    version: Mapped[int]
    created_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]


class DirectoryMember(TenantOwned):
    """That the directory has a user in a group; no membership of a branch follows from it."""

    __tablename__ = "directory_member"

    group_id: Mapped[uuid.UUID]
    user_id: Mapped[uuid.UUID]


class DirectoryDay(TenantOwned):
    """How many calls of a program changed something on a day, how many were refused, and why the last one was."""

    __tablename__ = "directory_day"

    client: Mapped[str]
    day: Mapped[dt.date]
    written: Mapped[int]
    refused: Mapped[int]
    last_at: Mapped[dt.datetime]
    last_refusal: Mapped[str | None]
