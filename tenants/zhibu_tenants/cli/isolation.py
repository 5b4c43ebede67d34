"""`zhibu isolation check`: the proof that one tenant is kept apart from all others."""

import json

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.isolation.report import Report


@click.group()
def isolation() -> None:
    """The proof that tenants are kept apart."""


@isolation.command()
@click.option("--tenant", "slug", required=True, help="The tenant's slug.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def check(slug: str, as_json: bool) -> None:
    """Try as this tenant to reach others by SQL and GraphQL, ask the canary and the catalog; the run stands in the audit.

    Exit codes: 0 nothing was found; 1 something was, and is named; 2 unknown tenant; 64 wrong usage.
    """

    async def work() -> Report:
        from zhibu_tenants.isolation.proof import prove

        async with platform() as running:
            running.host.prepare()
            async with in_tenant(running, slug) as (_session, scope):
                asker = scope
            return await prove(running, asker)

    report: Report = run(work())
    click.echo(json.dumps(report.as_line(), ensure_ascii=False) if as_json else report.as_text("zh_CN"), nl=as_json)
    if not report.holds:
        raise SystemExit(1)
