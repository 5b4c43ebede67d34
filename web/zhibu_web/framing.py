"""Wraps a page in the shell: tenant, identity in use, the doors that lead somewhere for this person."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import MediaType, Request, Response

from zhibu_core.http.tenant_path import PREFIX
from zhibu_core.i18n import _L
from zhibu_core.identity.permissions import ROLES
from zhibu_core.platform import Platform
from zhibu_core.plugins.slots import NavItem
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words
from zhibu_web.components import Link
from zhibu_web.render import render, render_block
from zhibu_web.shell import Shell, read_preferences
from zhibu_web.slots import ROLE_DOORS, behind, door_of, doors_for, placed

AnyRequest = Request[Any, Any, Any]
RANK = ("organizer", "secretary", "admin", "security", "system", "auditor")
"""Which of several roles the shell shows while none is chosen: the one that comes for most."""

SPACE = "\u3000"

HTML = MediaType.HTML


def prefix_of(request: AnyRequest) -> str:
    """What stands before every link of the tenant: "/t/<slug>", or nothing on the tenant's own host."""
    return str(request.scope.get("state", {}).get(PREFIX, ""))


def locale_of_request(request: AnyRequest) -> str:
    """The reader's language, from the cookie."""
    return read_preferences(request.cookies).locale


def role_of(request: AnyRequest, scope: Scope) -> str:
    """The role that the shell shows: the one the reader has chosen, if still held, else the first of `RANK`.

    It decides which doors and which home are shown, never what one may do.
    """
    chosen = read_preferences(request.cookies).role
    if chosen in scope.roles:
        return chosen
    own = sorted(scope.roles - set(ROLES))
    return next((role for role in (*RANK, *own) if role in scope.roles), "member")


def title_of(scope: Scope, role: str) -> Words:
    """What a role is called, the platform's own or the tenant's."""
    return ROLES.get(role) or next((g.title for g in scope.grants if g.role == role and g.title), ROLES["member"])


def unit_of(scope: Scope, role: str) -> str:
    """Where a role is held: the unit's short name where it is one; the tenant, where it is all of it; nothing for several."""
    units = {grant.place if grant.node_id else scope.tenant.name for grant in scope.grants if grant.role == role}
    return units.pop() if len(units) == 1 else ""


def navigation_of(request: AnyRequest, platform: Platform, scope: Scope) -> list[NavItem]:
    """The second-level entries that this person may open, of core and of enabled plugins."""
    items = [item for _, item in platform.host.collect("navigation", scope.plugins)]
    return placed(role_of(request, scope), [item for item in items if scope.may(item.action)])


def frame(request: AnyRequest, scope: Scope, platform: Platform, *, door: str = "") -> Shell:
    """The shell around a tenant's page."""
    prefix, role = prefix_of(request), role_of(request, scope)
    locale = locale_of_request(request)
    items = navigation_of(request, platform, scope) if scope.actor else []
    starts = {name: f"{prefix}{found[0].href}" for name in _door_names(items) if (found := behind(name, items))}
    starts |= _own_doors(scope, prefix)
    doors = doors_for(role, starts) if scope.actor else ()
    return Shell(
        tenant=scope.tenant.name,
        prefix=prefix,
        path=request.url.path,
        preferences=read_preferences(request.cookies),
        doors=doors,
        door=door_of(role, door),
        role=title_of(scope, role).of(locale) if scope.actor else None,
        place=SPACE.join(filter(None, (unit_of(scope, role), title_of(scope, role).of(locale))))
        if scope.actor
        else None,
        place_href=f"{prefix}/me/identity" if scope.actor else None,
        person=scope.actor.name if scope.actor else None,
        person_href=_person_href(scope, prefix),
        help_href=f"{prefix}/help",
        more_href=f"{prefix}/more",
        footer=(Link(_L("Help"), f"{prefix}/help"),),
        sample=scope.tenant.is_demo,
    )


def _person_href(scope: Scope, prefix: str) -> str | None:
    if scope.may("member.read_own"):
        return f"{prefix}/me"
    return f"{prefix}/me/identity" if scope.actor else None


def page(
    request: AnyRequest,
    scope: Scope,
    platform: Platform,
    template: str,
    context: Mapping[str, Any],
    *,
    door: str = "",
    status: int = 200,
    block: str | Sequence[str] = (),
) -> Response[str]:
    """A page in the shell; for an htmx request with `block` named, only that block (or those) of the same template."""
    shell = frame(request, scope, platform, door=door)
    values = {"shell": shell, "today": scope.today, "behind": _behind(request, platform, scope, shell), **context}
    locale = shell.preferences.locale
    blocks = (block,) if isinstance(block, str) else block
    if blocks and request.headers.get("hx-request") == "true":
        body = "".join(render_block(template, one, locale=locale, context=values) for one in blocks)
    else:
        body = render(template, locale=locale, context=values)
    return Response(body, status_code=status, media_type=HTML, headers={"Vary": "HX-Request, Cookie"})


def _behind(request: AnyRequest, platform: Platform, scope: Scope, shell: Shell) -> list[Link]:
    """The second-level entries of the current door."""
    if not shell.door or scope.actor is None:
        return []
    locale = shell.preferences.locale
    found = behind(shell.door, navigation_of(request, platform, scope))
    return [Link(item.label.of(locale), f"{shell.prefix}{item.href}") for item in found]


def door_crumb(request: AnyRequest, scope: Scope, platform: Platform, door: str) -> Link:
    """The first crumb of a page behind a door, as the reader's role calls it; home for a role that has no such door."""
    shell = frame(request, scope, platform, door=door)
    entry = next((one for one in shell.doors if one.key == shell.door), None)
    return Link(entry.label, entry.href) if entry else Link(shell.doors[0].label, shell.home)


def _door_names(items: list[NavItem]) -> list[str]:
    return sorted({item.door for item in items})


def _own_doors(scope: Scope, prefix: str) -> dict[str, str]:
    """The doors that belong to the shell itself."""
    doors = {"home": f"{prefix}/", "overview": f"{prefix}/"}
    if scope.may("member.read_own"):
        doors["mine"] = f"{prefix}/me"
    if scope.may("audit.read", ""):
        doors["audit"] = f"{prefix}/audit"
    if scope.may("role.read"):
        doors["review"] = f"{prefix}/people/roles/review"
    if scope.may("plugin.read"):
        doors["plugins"] = f"{prefix}/plugins"
    if scope.may("setting.read"):
        doors["settings"] = f"{prefix}/settings"
    return {
        key: href
        for key, href in doors.items()
        if any(key == door.key for doors in ROLE_DOORS.values() for door in doors)
    }
