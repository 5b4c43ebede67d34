"""Who is asking, in which tenant, and what they may do at which place of the tree."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from zhibu_core.errors import Forbidden, Unauthenticated
from zhibu_core.words import Words

BEIJING = ZoneInfo("Asia/Shanghai")
INTEGRATOR = "integrator"
"""The one role of a program: it holds the actions that it was given, and no person stands behind it."""

SECOND_FACTOR = Words(
    "这项操作需要双因素验证。请重新登录并输入动态验证码。",
    "This needs a second factor. Sign in again and give the code of your device.",
)


@dataclass(frozen=True)
class Tenant:
    """A university or enterprise with its whole tree; `today` is set for demo tenants only.

    `state` is open, suspended, importing or erasing; only an open tenant answers.
    """

    id: uuid.UUID
    slug: str
    name: str
    preset: str
    today: dt.date | None = None
    is_demo: bool = False
    state: str = "open"
    zone: str = "Asia/Shanghai"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def current_day(self) -> dt.date:
        """Today where the tenant is, or the imagined day of a demo."""
        return self.today or dt.datetime.now(ZoneInfo(self.zone)).date()


@dataclass(frozen=True)
class Grant:
    """One role held at one node and all below it; `path` is the node's path, "" the whole tenant.

    `place` is the node's short name; `title` names a role of the tenant's own.
    """

    role: str
    node_id: uuid.UUID | None
    path: str
    actions: frozenset[str]
    until: dt.date | None = None
    place: str = ""
    title: Words | None = None


@dataclass(frozen=True)
class Actor:
    """The person who is signed in; `client` is the integrator's or browser's name for the audit."""

    person_id: uuid.UUID
    name: str
    client: str = "web"
    branch_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Scope:
    """Everything a handler needs to know about the asker; made once a request from session or token."""

    tenant: Tenant
    plugins: frozenset[str]
    actor: Actor | None = None
    grants: tuple[Grant, ...] = ()
    request_id: str = ""
    withheld: frozenset[str] = frozenset()
    """Actions that the person holds, but not in this session: they need a second factor."""
    is_strong: bool = True
    """Whether the session has a second factor, wherever the tenant's sign-in knows one."""

    @property
    def today(self) -> dt.date:
        """The tenant's day."""
        return self.tenant.current_day()

    @cached_property
    def actions(self) -> frozenset[str]:
        """All actions held anywhere in the tenant."""
        return frozenset().union(*(grant.actions for grant in self.grants))

    @cached_property
    def roles(self) -> frozenset[str]:
        """All roles held anywhere in the tenant."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def is_program(self) -> bool:
        """Whether a program asks and no person stands behind it."""
        return self.roles == {INTEGRATOR}

    def paths(self, action: str) -> tuple[str, ...]:
        """The subtrees in which the action is held, shortest first and none inside another."""
        kept: list[str] = []
        for path in sorted(grant.path for grant in self.grants if action in grant.actions):
            if not any(path.startswith(above) for above in kept):
                kept.append(path)
        return tuple(kept)

    def may(self, action: str, path: str | None = None) -> bool:
        """Whether the action is held at the node of this path; without a path, anywhere."""
        if path is None:
            return action in self.actions
        return any(path.startswith(grant.path) for grant in self.grants if action in grant.actions)

    def require(self, action: str, path: str | None = None) -> None:
        """Raises `Unauthenticated` or `Forbidden` unless the action is held there."""
        if self.actor is None:
            raise Unauthenticated("sign_in", Words("请先登录。", "Please sign in first."))
        if not self.may(action, path):
            if action in self.withheld:
                raise Forbidden("second_factor", SECOND_FACTOR)
            raise Forbidden(
                "forbidden",
                Words(
                    f"您在此处没有“{action}”权限。请联系本单位管理员。",
                    f"You do not have the permission “{action}” here. Ask the administrator.",
                ),
            )

    def person(self) -> uuid.UUID:
        """The signed-in person's id; raises `Unauthenticated` where there is none."""
        if self.actor is None:
            raise Unauthenticated("sign_in", Words("请先登录。", "Please sign in first."))
        return self.actor.person_id
