"""Roles: who may what at which organization, since when, until when; granting one and ending one."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import InvalidInput, NotFound, ZhibuError
from zhibu_core.identity.models import RoleGrant
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_tenants.pages.forms import FormPage, field_of
from zhibu_tenants.powers.own_roles import kinds_of_role
from zhibu_tenants.powers.separation import is_separated
from zhibu_tenants.roles import GrantLine, Wanted, end_grant, grant_role, grants_in_force
from zhibu_web.components import Option
from zhibu_web.framing import AnyRequest

HERE = "/people/roles"
PAGE = FormPage(HERE, "tenants/roles.html", "people")
FIELDS = ("person", "role", "node", "since", "until", "delegated_from")


@get(HERE, opt={"action": "role.read"})
async def roles(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The grants in force, by organization."""
    return await _shown(request, who, platform, session, {}, None)


@post(HERE, opt={"action": "role.grant"})
async def grant(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[Any]:
    """Grants a role; what is wrong is shown beside what was typed."""
    form = await request.form()
    typed = {name: str(form.get(name, "")).strip() for name in FIELDS}
    try:
        if not typed["person"]:
            raise InvalidInput(
                "person_missing", Words("请填写工号或学号。", "Give the staff or student number."), field="person"
            )
        async with session.begin_nested():
            await grant_role(session, who, _wanted(typed))
    except (InvalidInput, NotFound) as error:
        return await _shown(request, who, platform, session, typed, error)
    return PAGE.done(request, "granted")


@post(HERE + "/{grant_id:uuid}/end", opt={"action": "role.grant"})
async def end(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    session: NamedDependency[AsyncSession],
    grant_id: FromPath[uuid.UUID],
) -> Redirect:
    """Ends a grant at once."""
    found = await session.scalar(select(RoleGrant).where(RoleGrant.id == grant_id))
    if found is None:
        raise NotFound("not_found", Words("没有找到所请求的内容。", "What was asked for was not found."))
    path = (
        await session.scalar(select(Organization.path).where(Organization.id == found.node_id)) if found.node_id else ""
    )
    who.require("role.grant", path or "")
    await end_grant(session, who, found)
    return PAGE.done(request, "ended")


def _wanted(typed: Mapping[str, str]) -> Wanted:
    return Wanted(
        typed["person"],
        typed["role"],
        typed["node"] or None,
        _day(typed, "until"),
        _day(typed, "since"),
        typed["delegated_from"] or None,
    )


def _day(typed: Mapping[str, str], field: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(typed[field]) if typed[field] else None
    except ValueError as error:
        message = Words(
            f"“{typed[field]}”不是日期。请写成 2026-09-01 的样子。",
            f"“{typed[field]}” is not a date. Write it like 2026-09-01.",
        )
        raise InvalidInput(f"{field}_form", message, field=field) from error


async def _shown(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    typed: Mapping[str, str],
    error: ZhibuError | None,
) -> Response[str]:
    lines = await grants_in_force(session, who.today)
    context = {
        "groups": _by_node(await _in_reach(session, who, lines)),
        "options": [Option(key, kind.title) for key, kind in (await kinds_of_role(session)).items()],
        "separated": await is_separated(session),
        "may_grant": who.may("role.grant"),
    }
    field = field_of(error, FIELDS, _field(error)) if error else None
    return PAGE.shown(request, who, platform, context, typed=typed, error=error, field=field)


def _field(error: ZhibuError) -> str:
    """Which field a refusal without one is about: codes of organizations, otherwise the person."""
    return "node" if "组织" in error.message.zh else "person"


async def _in_reach(session: AsyncSession, who: Scope, lines: list[GrantLine]) -> list[GrantLine]:
    if who.may("role.read", ""):
        return lines
    codes = {line.node for line in lines if line.node}
    rows = await session.execute(select(Organization.code, Organization.path).where(Organization.code.in_(codes)))
    open_here = {row.code for row in rows if who.may("role.read", row.path)}
    return [line for line in lines if line.node in open_here]


def _by_node(lines: list[GrantLine]) -> list[tuple[str | None, str | None, list[GrantLine]]]:
    """Grants of one organization together: its code, its name, its grants; the whole tenant first."""
    groups: dict[str | None, list[GrantLine]] = {}
    for line in lines:
        groups.setdefault(line.node, []).append(line)
    return [(node, found[0].node_name, found) for node, found in groups.items()]
