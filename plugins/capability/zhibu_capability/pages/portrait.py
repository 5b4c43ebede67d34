"""The portrait of a branch: one page that says how it stands, beside its own past and its type."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.actions import READ
from zhibu_capability.books import book_of, keep_book
from zhibu_capability.evidence import NAMES, Evidence, SessionRow, inputs
from zhibu_capability.measure.spans import span_of
from zhibu_capability.pages import portrait_view as views
from zhibu_capability.pages.places import branch_named, branches_in_reach, period_asked, periods_offered, quarter_before
from zhibu_capability.pages.typical import typical
from zhibu_capability.pages.words import PARTS, Reading, day_and_kinds
from zhibu_capability.portrait import TrendPoint, portrait, trend
from zhibu_capability.score import parts_of
from zhibu_capability.shares import measures
from zhibu_capability.stored import current
from zhibu_core.i18n import _L
from zhibu_core.organization.models import Organization
from zhibu_core.periods import Period, unit_of
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_web.components import Link, Option
from zhibu_web.formats import period_inside, period_name
from zhibu_web.framing import AnyRequest, door_crumb, locale_of_request, page, prefix_of

HERE = "/data/portrait"
TITLE = _L("Capability portrait")


@get(HERE, opt={"action": READ})
async def portrait_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
) -> Response[str]:
    """The branch of `org` (else the asker's own) in `period`, or which branch to open."""
    branch = await branch_named(session, who, request.query_params.get("org"))
    period = period_asked(request.query_params.get("period"), who.today)
    if branch is None or request.query_params.get("choose"):
        return await _choose(request, who, platform, session, period)
    await keep_book(session, who, platform)
    shown = await portrait(session, who, platform, branch, period)
    points = await trend(session, who, platform, branch, period)
    usual = await typical(session, who, platform, shown)
    rolls = await inputs(session, who, platform, branch, period, "attendance")
    locale, prefix = locale_of_request(request), prefix_of(request)
    read = Reading(locale, who.may(NAMES, branch.path))
    view = views.View(shown, read, f"{prefix}{HERE}/number", f"?org={branch.code}&period={period}", who.today)
    before = await _before(session, who, platform, branch, period, points, locale)
    columns, rows = views.part_rows(view, _lost(rolls, read))
    context = {
        "view": view,
        "branch": branch,
        "crumbs": [door_crumb(request, who, platform, "data"), Link(period_name(period, locale))],
        "first": views.first_sentence(view, before),
        "second": views.second_sentence(view),
        "columns": columns,
        "rows": rows,
        "foot": _foot(view),
        "rule": f"{prefix}/rules/{shown.span.index.code}#v{shown.span.index.effective_from}",
        "spread": views.spread_rows(view),
        "trend": views.trend_rows(view, points),
        "shape": views.shape_rows(view, usual),
        "opens": _opens(view, before),
        **_chooser(request, who, branch, period, locale),
    }
    return page(request, who, platform, "capability/portrait.html", context, door="data")


async def _choose(
    request: AnyRequest, who: Scope, platform: Platform, session: AsyncSession, period: Period
) -> Response[str]:
    found = await branches_in_reach(session, who)
    here = f"{prefix_of(request)}{HERE}?period={period}&org="
    context = {"branches": found, "here": here, "period": period}
    return page(request, who, platform, "capability/choose.html", context, door="data")


def _chooser(request: AnyRequest, who: Scope, branch: Organization, period: Period, locale: str) -> dict[str, Any]:
    here = f"{prefix_of(request)}{HERE}"
    several = len(who.paths(READ)) > 1 or not any(path == branch.path for path in who.paths(READ))
    return {
        "here": here,
        "periods": [Option(str(one), period_name(one, locale)) for one in periods_offered(who.today, period)],
        "period": str(period),
        "another": f"{here}?choose=1&period={period}" if several else None,
    }


async def _before(
    session: AsyncSession, who: Scope, platform: Platform, branch: Organization, period: Period,
    points: list[TrendPoint], locale: str,
) -> views.Before | None:  # fmt: skip
    """The quarter before a quarter, where it has a score and the rules are the same; its measures where stored."""
    if unit_of("quarter", period.start) != period or len(points) < 2:
        return None
    last, now = points[-2], points[-1]
    if last.value is None or now.rules_changed:
        return None
    stored = (await current(session, [last.period], [branch.id]))[last.period].get(branch.id)
    name = period_inside(quarter_before(period), locale)
    if stored is None:
        return views.Before(name, last.value)
    span = span_of(await book_of(session, who, platform), last.period)
    parts = parts_of(stored.inputs, span, branch.founded_on)
    return views.Before(name, last.value, tuple(measures(stored.inputs, parts, span)))


def _lost(rolls: Evidence, read: Reading) -> str:
    """The session in which most was lost, in words; empty where nothing was."""
    lost = [(one.weight * one.owed - one.credit, one) for one in rolls.sessions]
    worst: tuple[float, SessionRow] | None = max(lost, key=lambda pair: pair[0], default=None)
    if worst is None or worst[0] <= 1e-9:
        return ""
    return read.say("%(session)s lost most", session=day_and_kinds(worst[1].day, worst[1].kinds, read))


def _opens(view: views.View, before: views.Before | None) -> tuple[str, Any] | None:
    """The part that moved most, else the one with most room: what the one button opens."""
    found = [one for one in view.shown.measures if one.weight]
    if not found:
        return None
    old = {one.key: one for one in before.measures} if before else {}
    moved = max(found, key=lambda one: abs(one.contribution - old[one.key].contribution) if one.key in old else -1)
    chosen = moved if moved.key in old else max(found, key=lambda one: one.missing)
    return view.link(chosen.part), PARTS[chosen.part]


def _foot(view: views.View) -> list[tuple[Any, str, str]]:
    """How the sum becomes the index: pairs of a word and points, each with its sign."""
    index, read = view.shown.score.strict, view.read
    if index.raw is None or index.shrunk is None or index.score is None:
        return []
    steps: list[tuple[Any, str, str]] = [(_L("Sum"), "1.00", read.figure(index.raw, 1))]
    if abs(index.shrunk - index.raw) >= 0.05:
        steps.append((_L("Small-branch correction"), "", _signed(index.shrunk - index.raw, read)))
    if index.score < index.shrunk:
        steps.append((_L("Cap"), "", _signed(index.score - index.shrunk, read)))
    return steps


def _signed(value: float, read: Reading) -> str:
    return f"+{read.figure(value, 1)}" if value > 0 else read.figure(value, 1)
