"""`zhibu score`: the capability index of every branch in a period, in the order of the tree and never ranked."""

import json
from typing import Any

import click

from zhibu_capability.lines import as_line, as_row, heading
from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.errors import InvalidInput
from zhibu_core.ledger.duties import Reach
from zhibu_core.organization.tree import by_code
from zhibu_core.periods import parse_period
from zhibu_core.words import Words


@click.command()
@click.option("--tenant", "slug", required=True)
@click.option("--period", "period_text", required=True, help="2026, 2026H1, 2026Q2, 2026-05 or 2026-01-01/2026-10-31.")
@click.option("--org", help="Only this organization (its code) and what stands below it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a branch, with everything it is made of.")
def score(slug: str, period_text: str, org: str | None, as_json: bool) -> None:
    """Print the capability index of every branch and store it where it changed.

    Exit codes: 0 printed; 2 unknown tenant, code or period, or the plugin is off; 64 wrong usage.
    """
    from zhibu_capability.store import compute

    period = parse_period(period_text)

    async def work() -> list[dict[str, Any]]:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            if "capability" not in scope.plugins:
                raise InvalidInput(
                    "plugin_off",
                    Words(
                        f"租户“{slug}”没有启用组织力插件（capability）。请先启用。",
                        f"The capability plugin is not enabled for the tenant “{slug}”. Enable it first.",
                    ),
                    field="tenant",
                )
            reach = Reach((await by_code(session, org)).path if org else "")
            computed = await compute(session, scope, running, period)
            return [as_line(one, computed.span) for one in computed.scores if one.branch.path.startswith(reach.path)]

    lines = run(work())
    if not as_json:
        click.echo(heading())
    for line in lines:
        click.echo(json.dumps(line, ensure_ascii=False) if as_json else as_row(line))
