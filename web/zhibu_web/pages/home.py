"""Home: what the reader owes, why and until when; for those who look after a tree or a tenant, that in short."""

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Request, Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.exports.reading import waiting_for
from zhibu_core.platform import Platform
from zhibu_core.plugins.slots import NavItem
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Link
from zhibu_web.duty_words import DutyWords
from zhibu_web.framing import AnyRequest, locale_of_request, navigation_of, page, prefix_of, role_of
from zhibu_web.labels import IMPORT_STATES
from zhibu_web.panels import panels_of
from zhibu_web.reading.home import Home, first_missed, home_of, members_among, overdue_below
from zhibu_web.reading.overview import names_of, overview_of
from zhibu_web.slots import behind

SHOWN = 7
SHOWN_LARGE = 6
DONE_SHOWN = 5
BRANCHES_SHOWN = 5
OVERVIEWS = frozenset({"admin", "system", "security", "auditor", "staff"})


@get("/", opt={"action": "home.read"})
async def home(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The page, by the role that the shell shows."""
    role = role_of(request, who)
    if role in OVERVIEWS:
        overview = await overview_of(platform, session, who, deeds=role == "auditor")
        context = {"overview": overview, "role": role, "zone": ZoneInfo(who.tenant.zone), "states": IMPORT_STATES,
                   "may_review": who.may("access.review", ""), "may_see_roles": who.may("role.read"),
                   "exports_waiting": len(await waiting_for(session, who))}  # fmt: skip
        return page(request, who, platform, "pages/overview.html", context, door="overview")
    branches = _branches(who) if role == "secretary" else ()
    found = await home_of(platform, session, who, branches)
    context = await _duties(request, who, platform, session, found, branches)
    context["panels"] = await panels_of(request, platform, who, "home", who.person(), None)
    if role == "organizer":
        context |= await _tree(request, who, platform, session)
    return page(request, who, platform, "pages/home.html", context, door="home")


async def _duties(
    request: AnyRequest,
    who: Scope,
    platform: Platform,
    session: AsyncSession,
    found: Home,
    branches: tuple[uuid.UUID, ...],
) -> dict[str, Any]:
    own = branches or ((who.actor.branch_id,) if who.actor and who.actor.branch_id else ())
    every = request.query_params.get("all") == "1"
    large = request.cookies.get("zhibu-size", "standard") != "standard"
    shown = found.to_do if every else found.to_do[: SHOWN_LARGE if large else SHOWN]
    members = await members_among(session, shown)
    words = _words(request, who, found.names, places=len(branches) > 1, members=members)
    return {
        "places": [row.short_name or row.name for row in await names_of(session, own)] if own else [],
        "items": [words.item(duty) for duty in shown],
        "left": len(found.to_do) - len(shown),
        "total": len(found.to_do),
        "overdue": sum(duty.due_on < who.today for duty in found.to_do),
        "done": [(words.title_done(duty), duty) for duty in found.done[:DONE_SHOWN]],
        "upcoming": (words.title(found.upcoming), found.upcoming) if found.upcoming else None,
        "month": [(state, found.month[state]) for state in ("met", "late", "waived", "open", "missed", "upcoming")],
        "month_total": sum(found.month.values()),
        "since": first_missed(who.today),
        "learners": found.learners,
        "life": _behind(platform, who, request, "life"),
        "rows": None,
    }


async def _tree(request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession) -> dict[str, Any]:
    """What branches have not met, described by rule and in the order of the tree."""
    prefix = prefix_of(request)
    found = [
        one
        for path in who.paths("fact.read")
        for one in await overdue_below(platform, session, who, path, show=BRANCHES_SHOWN)
    ]
    rows = [
        {
            "title": one.version.rule.title,
            "href": f"{prefix}/rules/{one.version.code}",
            "branches": one.branches,
            "duties": one.duties,
            "first": [
                Link(duty.organization_name, f"{prefix}/people/organizations/{duty.organization}") for duty in one.first
            ],
        }
        for one in found
    ]
    return {"rows": rows}


def _words(
    request: AnyRequest, who: Scope, names: dict[str, str], *, places: bool, members: frozenset[uuid.UUID]
) -> DutyWords:
    locale, prefix = locale_of_request(request), prefix_of(request)
    return DutyWords(request.app, who, prefix, locale, who.today, names, places, members)


def _branches(who: Scope) -> tuple[uuid.UUID, ...]:
    """The nodes at which the reader is secretary."""
    return tuple(dict.fromkeys(g.node_id for g in who.grants if g.role == "secretary" and g.node_id is not None))


def _behind(platform: Platform, who: Scope, request: AnyRequest, door: str) -> list[Link]:
    items: list[NavItem] = navigation_of(request, platform, who)
    locale, prefix = locale_of_request(request), prefix_of(request)
    return [Link(item.label.of(locale), f"{prefix}{item.href}") for item in behind(door, items)]
