"""`zhibu duties`: what the rules ask in a period, of whom, and how it stands."""

import json
from typing import Any

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.ledger.book import rule_book
from zhibu_core.ledger.duties import Duty, Reach, duties_of
from zhibu_core.organization.tree import by_code
from zhibu_core.periods import parse_period


@click.command()
@click.option("--tenant", "slug", required=True)
@click.option("--period", "period_text", required=True, help="2026, 2026H1, 2026Q2, 2026-05 or 2026-01-01/2026-10-31.")
@click.option("--org", help="Only this organization (its code) and what stands below it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with the facts that count.")
def duties(slug: str, period_text: str, org: str | None, as_json: bool) -> None:
    """Print the duties that fall due in a period. Exit codes: 0 printed; 2 unknown tenant, code or period; 64 wrong usage."""
    period = parse_period(period_text)

    async def work() -> list[Duty]:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            book = await rule_book(running, session, scope)
            reach = Reach((await by_code(session, org)).path if org else "")
            return await duties_of(session, book, period, reach, scope.today, with_facts=as_json)

    for duty in run(work()):
        click.echo(json.dumps(as_line(duty), ensure_ascii=False) if as_json else _row(duty))


def as_line(duty: Duty) -> dict[str, Any]:
    """The keys of one JSON line."""
    return {
        "org": duty.organization,
        "person": duty.person,
        "rule": duty.version.code,
        "version": duty.version.label,
        "article": duty.version.article or None,
        "kind": duty.kind,
        "group": duty.group,
        "window": duty.window,
        "opens_on": duty.opens_on.isoformat(),
        "due_on": duty.due_on.isoformat(),
        "state": duty.state,
        "required": duty.required,
        "held": duty.held,
        "facts": [
            {"id": str(f.id), "kind": f.kind, "date": f.date.isoformat(), "record": str(f.record)} for f in duty.facts
        ],
    }


def _row(duty: Duty) -> str:
    asked = [duty.organization, duty.person or "-", duty.version.code, duty.window, duty.group or "-"]
    return "\t".join([*asked, duty.due_on.isoformat(), duty.state, f"{duty.held:g}/{duty.required:g}"])
