"""`zhibu partnership`: offers and needs, what the board has for them, and the administrator's word, at the machine."""

import datetime as dt
import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncSession

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.errors import InvalidInput
from zhibu_core.platform import Platform
from zhibu_core.spaces.board import CATEGORIES, Asked, Line, Posted
from zhibu_core.tenancy.scope import Scope
from zhibu_core.words import Words

T = TypeVar("T")
TENANT = click.option("--tenant", "slug", required=True, help="The tenant's slug.")
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


@click.group()
def partnership() -> None:
    """Co-building with organizations of other tenants."""


def in_plugin(slug: str, work: Callable[[Platform, AsyncSession, Scope], Awaitable[T]]) -> T:
    """Runs `work` in one transaction of the tenant; raises `InvalidInput` where the plugin is off."""

    async def turn() -> T:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            if "partnership" not in scope.plugins:
                said = Words(
                    f"租户“{slug}”没有启用结对共建插件（partnership）。请先启用。",
                    f"The partnership plugin is not enabled for the tenant “{slug}”. Enable it first.",
                )
                raise InvalidInput("plugin_off", said, field="tenant")
            return await work(running, session, scope)

    found: T = run(turn())
    return found


def day_of(text: str | None, field: str) -> Any:
    """A day as typed; None for none. Raises `InvalidInput`."""
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        said = Words(f"日期“{text}”请写成 2026-09-01 的样子。", f"Write the date “{text}” like 2026-09-01.")
        raise InvalidInput("date", said, field=field) from None


def written(line: dict[str, Any], as_json: bool, columns: tuple[str, ...]) -> str:
    """A line of a list: all of it as JSON, or these columns with tabs between."""
    if as_json:
        return json.dumps(line, ensure_ascii=False, default=str)
    shown = (line[name] for name in columns)
    return "\t".join("; ".join(one) if isinstance(one, list | tuple) else str(one) for one in shown)


@partnership.command()
@TENANT
@click.option("--org", required=True, help="Whose it is: the organization's code.")
@click.option("--kind", type=click.Choice(["offer", "need"]), required=True)
@click.option("--category", type=click.Choice(list(CATEGORIES)), required=True)
@click.option("--title", required=True, help="In at most 60 characters.")
@click.option("--until", "valid_until", required=True, metavar="DATE", help="The last day on the board.")
@click.option("--about", default="", help="More about it.")
@click.option("--place", default="", help="Where; without it anywhere.")
@click.option("--from", "starts_on", metavar="DATE", help="From when on.")
@click.option("--to", "ends_on", metavar="DATE", help="Until when.")
@click.option("--people", "capacity", type=int, help="For how many people.")
def say(slug: str, org: str, **given: Any) -> None:
    """Write down what an organization offers or needs; prints its id.

    Exit codes: 0 written; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_core.organization.tree import by_code
    from zhibu_partnership.drafts import EntryDraft
    from zhibu_partnership.entries import write_entry

    days = {name: day_of(given.pop(name), name) for name in ("valid_until", "starts_on", "ends_on")}

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> uuid.UUID:
        place = await by_code(session, org)
        draft = EntryDraft(place.id, **given, **days)
        return (await write_entry(session, scope, draft)).id

    click.echo(in_plugin(slug, work))


@partnership.command()
@TENANT
@click.argument("entry", type=click.UUID)
def withdraw(slug: str, entry: uuid.UUID) -> None:
    """Take an offer or need back, here and on the board.

    Exit codes: 0 done; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.entries import withdraw_entry

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> None:
        await withdraw_entry(session, scope, entry)

    in_plugin(slug, work)


@partnership.command()
@TENANT
@click.argument("word", type=click.Choice(["on", "off"]))
def listing(slug: str, word: str) -> None:
    """Have the board show the tenant, or no longer; prints how many entries it shows. Noted in the audit.

    Exit codes: 0 done; 2 refused, nothing was written; 64 wrong usage.
    """
    from zhibu_partnership.publishing import decide_listing

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> int:
        return await decide_listing(session, scope, listed=word == "on")

    click.echo(in_plugin(slug, work))


@partnership.command()
@TENANT
@click.option("--kind", type=click.Choice(["offer", "need"]), default=None)
@click.option("--category", type=click.Choice(list(CATEGORIES)), default=None)
@click.option("--place", default="", help="Part of the place.")
@click.option("--own", is_flag=True, help="Only what the board shows of this tenant.")
@click.option("--most", type=click.IntRange(1, 1000), default=100, show_default=True, help="How many at most.")
@JSON
def board(slug: str, kind: str | None, category: str | None, place: str, own: bool, most: int, as_json: bool) -> None:
    """List the board as this tenant reads it, newest first.

    Exit codes: 0 listed; 2 unknown tenant, or the plugin is off; 64 wrong usage.
    """
    from zhibu_core.spaces.board import board_page

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> list[Posted]:
        return await board_page(session, Asked(kind or "", category or "", place, own), scope.today, limit=most)

    for one in in_plugin(slug, work):
        click.echo(_written(one.line, one.slug, as_json))


@partnership.command("match")
@TENANT
@click.argument("entry", type=click.UUID)
@JSON
def match_entry(slug: str, entry: uuid.UUID, as_json: bool) -> None:
    """List what the board has that answers an offer or need of the tenant's own, with the reasons.

    Exit codes: 0 listed; 2 unknown tenant or entry, or the plugin is off; 64 wrong usage.
    """
    from zhibu_core.spaces.board_matching import Match, matches_of
    from zhibu_partnership.entries import entry_of
    from zhibu_partnership.publishing import line_of

    async def work(_: Platform, session: AsyncSession, scope: Scope) -> list[Match]:
        return await matches_of(session, line_of(*await entry_of(session, scope, entry)), scope.today)

    for found in in_plugin(slug, work):
        reasons: list[dict[str, Any]] = [
            {"about": one.about, "holds": one.holds, "said": one.said.zh} for one in found.reasons
        ]
        written = _written(found.posted.line, found.posted.slug, as_json, reasons=reasons)
        click.echo(written if as_json else f"{written}\t{'；'.join(one['said'] for one in reasons)}")


def _written(line: Line, slug: str, as_json: bool, **more: Any) -> str:
    if not as_json:
        return "\t".join(
            (slug, str(line.id), line.kind, line.category, line.title, line.organization, str(line.valid_until))
        )
    return json.dumps({"tenant": slug, **line.__dict__, **more}, ensure_ascii=False, default=str)
