"""What the phone's bar has no room for, and help: three steps for each page and who answers."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.errors import NotFound
from zhibu_core.platform import Platform
from zhibu_core.tenancy.directory import TenantSetting
from zhibu_core.tenancy.scope import Scope
from zhibu_core.tenancy.session import tenant_of
from zhibu_core.words import Words
from zhibu_web.components import Link
from zhibu_web.framing import frame, locale_of_request, navigation_of, page, prefix_of
from zhibu_web.help_texts import PAGES, HelpPage
from zhibu_web.render import reader
from zhibu_web.slots import all_behind

CONTACT = "help.contact"
"""The tenant's setting of who answers: `{"name": …, "phone": …, "hours": …}`."""

_ADMINS = text(
    """select distinct p.name, p.sort_name from role_grant g join person p on p.tenant_id = g.tenant_id and p.id = g.person_id
    where g.tenant_id = :t and g.role in ('admin', 'security') and g.since <= :today and (g.until is null or g.until >= :today)
    order by p.sort_name limit 3"""
)


@get("/more", opt={"action": "home.read"}, sync_to_thread=False)
def more(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> Response[str]:
    """Every door and what is behind it, and the reader's own choices."""
    shell = frame(request, who, platform, door="more")
    locale, items = locale_of_request(request), navigation_of(request, platform, who)
    entries: list[tuple[Link, Any]] = []
    for door in shell.doors:
        inside = all_behind(door.key, items)
        if len(inside) < 2:
            entries.append((Link(door.label, door.href), None))
            continue
        entries += [(Link(item.label.of(locale), f"{shell.prefix}{item.href}"), door.label) for item in inside]
    known = {link.href for link, _ in entries}
    own = [(Link(reader(locale).gettext("My roles"), f"{shell.prefix}/me/identity"), None)]
    if who.may("member.read_own") and f"{shell.prefix}/me" not in known:
        own.insert(0, (Link(reader(locale).gettext("My record"), f"{shell.prefix}/me"), None))
    return page(request, who, platform, "pages/more.html", {"entries": entries + own}, door="more")


@get("/help", opt={"action": "home.read"}, sync_to_thread=False)
def help_index(
    request: Request[Any, Any, Any], who: NamedDependency[Scope], platform: NamedDependency[Platform]
) -> Response[str]:
    """All guides that concern what the reader may do."""
    guides = [(Link(one.title, f"{prefix_of(request)}/help/{key}"), one.summary) for key, one in _open(who).items()]
    return page(request, who, platform, "pages/help_index.html", {"guides": guides})


@get("/help/{topic:str}", opt={"action": "home.read"})
async def help_page(
    request: Request[Any, Any, Any],
    who: NamedDependency[Scope],
    platform: NamedDependency[Platform],
    session: NamedDependency[AsyncSession],
    topic: FromPath[str],
) -> Response[str]:
    """The guide of one page."""
    found = _open(who).get(topic)
    if found is None:
        raise NotFound("not_found", Words("没有找到这个页面。", "There is no such page."))
    contact, hours = await _contact(session, who)
    context = {
        "topic": found.title,
        "summary": found.summary,
        "steps": found.steps,
        "contact": contact,
        "hours": hours,
        "words": found.words,
        "back": f"{prefix_of(request)}{found.href}",
    }
    return page(request, who, platform, "pages/help.html", context)


def _open(who: Scope) -> dict[str, HelpPage]:
    return {key: one for key, one in PAGES.items() if who.may(one.action)}


async def _contact(session: AsyncSession, who: Scope) -> tuple[str | None, str | None]:
    """Who answers: the tenant's own setting, else its administrators by name."""
    value = await session.scalar(select(TenantSetting.value).where(TenantSetting.key == CONTACT))
    if value and isinstance(value.get("value"), dict):
        said = value["value"]
        return " ".join(filter(None, (said.get("name"), said.get("phone")))), said.get("hours")
    names = [row.name for row in await session.execute(_ADMINS, {"t": tenant_of(session), "today": who.today})]
    return ("、".join(names) if names else None), None
