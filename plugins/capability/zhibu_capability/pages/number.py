"""One number: what it is, how it is computed, what it is made of, by which rule, and who answers for it."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import ARRAY, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_capability.actions import READ
from zhibu_capability.books import keep_book
from zhibu_capability.evidence import NAMES, Evidence, inputs
from zhibu_capability.pages import portrait_view as views
from zhibu_capability.pages.computing import formula, steps
from zhibu_capability.pages.made import EVIDENCE, Doors, made, ways
from zhibu_capability.pages.places import branch_named, period_asked
from zhibu_capability.pages.portrait import HERE, TITLE
from zhibu_capability.pages.words import INDEX, MEASURES, PARTS, Reading, carried, made_of, page_of, whole
from zhibu_capability.portrait import portrait
from zhibu_core.errors import NotFound
from zhibu_core.i18n import _L, Lazy
from zhibu_core.ledger.rules import RuleVersion
from zhibu_core.organization.models import Organization
from zhibu_core.platform import Platform
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words
from zhibu_web.components import Fact, Link
from zhibu_web.duty_words import source_text
from zhibu_web.formats import date_long, period_name
from zhibu_web.framing import AnyRequest, door_crumb, locale_of_request, page, prefix_of
from zhibu_web.labels import post_name
from zhibu_web.mounted import record_address, record_pages

NAMED: Mapping[str, Lazy] = {"index": INDEX, **PARTS} | {page_of(key): title for key, title in MEASURES.items()}
"""The numbers that can be opened."""
ANSWERING = ("secretary", "org_commissioner", "deputy_secretary")
_ANSWERS = text(
    """select above.name as above, post.name as person, post.role from organization o
    left join organization above on above.tenant_id = o.tenant_id and above.id = o.parent_id
    left join lateral (select p.name, x.role from position x join person p on p.tenant_id = x.tenant_id and p.id = x.person_id
      where x.tenant_id = :t and x.organization_id = o.id and x.role = any(:roles) and (x.until is null or x.until >= :today)
      order by array_position(:roles, x.role), p.sort_name limit 1) post on true
    where o.tenant_id = :t and o.id = :branch"""
).bindparams(bindparam("roles", type_=ARRAY(Text())))

_TYPES = text(
    "select record_id, min(record_type) as type from fact where tenant_id = :t and record_id = any(:records) group by record_id"
).bindparams(bindparam("records", type_=ARRAY(Uuid())))


@get(f"{HERE}/number/{{part:str}}", opt={"action": READ})
async def number_page(
    request: AnyRequest,
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    part: FromPath[str],
) -> Response[str]:
    """The number `part` of the branch `org` (else the asker's own) in `period`."""
    branch = await branch_named(session, who, request.query_params.get("org"))
    if part not in NAMED or branch is None:
        raise NotFound(
            "not_found",
            Words("没有找到这个数字。请从画像页重新进入。", "There is no such number. Open it from the portrait."),
        )
    period = period_asked(request.query_params.get("period"), who.today)
    await keep_book(session, who, platform)
    shown = await portrait(session, who, platform, branch, period)
    evidence = await inputs(session, who, platform, branch, period, EVIDENCE[part]) if part in EVIDENCE else None
    locale, prefix = locale_of_request(request), prefix_of(request)
    read = Reading(locale, who.may(NAMES, branch.path))
    query = f"?org={branch.code}&period={period}"
    view = views.View(shown, read, f"{prefix}{HERE}/number", query, who.today)
    table = made(part, view, evidence, await _doors(request, session, who, evidence))
    value, title = value_of(part, view), read.named_as(NAMED[part])
    name = f"{title} {value}" if value is not None else title
    back = f"{prefix}{HERE}{query}"
    context = {
        "branch": branch,
        "title": name,
        "crumbs": [door_crumb(request, who, platform, "data"), Link(TITLE, back), Link(title)],
        "lede": _lede(part, view),
        "formula": formula(part, shown.span.weights, read),
        "steps": steps(part, view),
        "value": value,
        "table": table,
        "grounds": _grounds(who, evidence, view, prefix),
        "label": _label(part, view, value),
        "ways": ways(part, view),
        "answers": await _answers(session, who, branch, read),
        "back": back,
    }
    return page(request, who, platform, "capability/number.html", context, door="data")


def value_of(part: str, view: views.View) -> int | None:
    """The number as pages show it."""
    if part == "index":
        return view.value
    found = [one for one in view.shown.measures if page_of(one.key) == part or one.part == part]
    total = sum(one.weight for one in found)
    return whole(100 * sum(one.contribution for one in found) / total) if total else None


def _lede(part: str, view: views.View) -> str:
    read, when = view.read, period_name(view.shown.span.period, view.read.locale)
    if value_of(part, view) is None:
        return f"{when}{read.joint}{read.say('nothing counts in this period, so there is no value')}{read.stop}"
    first = next((one for one in view.shown.measures if page_of(one.key) == part), None)
    said = made_of(first, read) if first else ""
    return f"{when}{read.joint}{said}{read.stop}" if said else f"{when}{read.stop}"


async def _doors(request: AnyRequest, session: AsyncSession, who: Scope, evidence: Evidence | None) -> Doors:
    """What the records behind a number are, and so which plugin's page shows each (one statement)."""
    prefix, pages = prefix_of(request), record_pages(request.app, who)
    keys = evidence.record_ids if evidence and pages else []
    rows = await session.execute(_TYPES, {"t": tenant_of(session), "records": keys}) if keys else ()
    shown = {row.record_id: record_address(prefix, pages[row.type], row.record_id) for row in rows if row.type in pages}
    return Doors(shown, f"{prefix}/rules" if who.may("rule.read") else None)


def _grounds(who: Scope, evidence: Evidence | None, view: views.View, prefix: str) -> list[dict[str, Any]]:
    """The rule versions behind the number, each with its text, source, article and page."""
    versions: tuple[RuleVersion, ...] = evidence.versions if evidence else (view.shown.span.index,)
    return [
        {
            "title": version.rule.title,
            "says": version.says,
            "source": Link(
                source_text(version, view.read.locale),
                f"{prefix}/rules/{version.code}#v{version.effective_from}" if who.may("rule.read") else None,
            ),
            "since": version.effective_from,
            "reason": version.reason,
        }
        for version in versions
    ]


def _label(part: str, view: views.View, value: int | None) -> list[Fact]:
    """The number label (interface.md 4.6) but its lists, which the template makes."""
    shown, read = view.shown, view.read
    inputs_ = shown.score.inputs
    scale = read.say("%(value)s, of 0 to 100", value=value) if value is not None else read.say("no value")
    version = read.say("version of %(day)s", day=shown.span.index.label)
    kept = read.say("%(confidence)s of 100", confidence=read.figure(shown.score.parts.confidence))
    of = part if part in PARTS else next((one.part for one in shown.measures if page_of(one.key) == part), "")
    return [
        Fact(_L("Value"), scale),
        Fact(_L("As of"), date_long(shown.as_of, read.locale)),
        Fact(_L("Members who count"), read.people(inputs_.n)),
        Fact(_L("Rule"), f"{shown.span.index.rule.title.of(read.locale)}{read.joint}{version}"),
        Fact(_L("Confidence"), carried(of, inputs_, read) if of else kept),
    ]  # fmt: skip


async def _answers(session: AsyncSession, who: Scope, branch: Organization, read: Reading) -> dict[str, str]:
    """Who answers for the number: somebody in office at the branch, and the organization above it (one statement)."""
    values = {"t": tenant_of(session), "branch": branch.id, "today": who.today, "roles": list(ANSWERING)}
    row = (await session.execute(_ANSWERS, values)).one()
    opening, closing = ("（", "）") if read.locale.startswith("zh") else (" (", ")")
    person = f"{row.person}{opening}{post_name(row.role).of(read.locale)}{closing}" if row.person else ""
    return {"person": person, "above": row.above or ""}
