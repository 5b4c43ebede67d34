"""`zhibu tenant settings|set`: what a tenant has set for itself, read and changed at the machine."""

import json

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_tenants.cli.tenant import tenant
from zhibu_tenants.settings import SettingLine, change_setting, settings_of


@tenant.command("settings")
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_settings(slug: str, as_json: bool) -> None:
    """List the settings of SLUG: key and value. Exit codes: 0 listed; 2 unknown tenant; 64 wrong usage."""

    async def work() -> list[SettingLine]:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            return await settings_of(running, session, scope)

    for line in run(work()):
        said = {"key": line.setting.key, "value": line.value, "title": line.setting.title.zh}
        click.echo(json.dumps(said, ensure_ascii=False) if as_json else f"{line.setting.key}\t{line.text}")


@tenant.command("set")
@click.argument("slug")
@click.argument("key")
@click.argument("value")
def change(slug: str, key: str, value: str) -> None:
    """Set KEY of SLUG to VALUE (true, false or a whole number).

    Exit codes: 0 set; 2 no such tenant or setting, or it cannot have this value; 64 wrong usage.
    """

    async def work() -> SettingLine:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            return await change_setting(running, session, scope, key, value)

    line = run(work())
    click.echo(f"{line.setting.key}\t{line.text}")
