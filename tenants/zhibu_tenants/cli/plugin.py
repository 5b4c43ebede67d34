"""`zhibu plugin list|enable|disable|new|check`: the plugins of an installation and of a tenant."""

import json
from pathlib import Path

import click

from zhibu_core.cli.loop import run
from zhibu_core.cli.running import in_tenant, platform
from zhibu_core.errors import InvalidInput
from zhibu_core.plugins.host import PluginHost
from zhibu_core.words import Words
from zhibu_tenants.enablement import PluginState, plugin_states, switch


@click.group()
def plugin() -> None:
    """Plugins: which are installed, which a tenant has on, and how to begin one."""


@plugin.command("list")
@click.option("--tenant", "slug", help="Also say which are on in this tenant.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_plugins(slug: str | None, as_json: bool) -> None:
    """List the installed plugins; an unavailable one with the reason."""

    async def work() -> list[PluginState]:
        async with platform() as running, in_tenant(running, slug or "") as (session, _):
            running.host.prepare()
            return await plugin_states(running, session)

    states = run(work()) if slug else _installed()
    for state in states:
        click.echo(json.dumps(_line(state, bool(slug)), ensure_ascii=False) if as_json else _row(state, bool(slug)))


@plugin.command()
@click.argument("name")
@click.option("--tenant", "slug", required=True)
def enable(name: str, slug: str) -> None:
    """Switch the plugin NAME on for a tenant; holds for the next request. Exit 2 where it cannot be."""
    _switch(name, slug, on=True)


@plugin.command()
@click.argument("name")
@click.option("--tenant", "slug", required=True)
def disable(name: str, slug: str) -> None:
    """Switch the plugin NAME off for a tenant: every door of it closes, its data stays. Exit 2 where it cannot be."""
    _switch(name, slug, on=False)


@plugin.command()
@click.argument("name")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Where to write it.")
def new(name: str, folder: Path) -> None:
    """Write a working plugin NAME, ready to install, with its tests."""
    from zhibu_tenants.scaffold import write_plugin

    click.echo(write_plugin(name, folder))


@plugin.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def check(name: str | None, as_json: bool) -> None:
    """Check that the plugin NAME (or every one) fits the contract. Exit 1 where one does not."""
    host = PluginHost.discover()
    host.prepare()
    known = sorted(host.switchable | set(host.unavailable))
    if name is not None and name not in known:
        raise InvalidInput(
            "plugin_unknown",
            Words(
                f"没有安装插件“{name}”。已安装：{'、'.join(known)}。",
                f"No plugin “{name}” is installed. Installed: {', '.join(known)}.",
            ),
            field="name",
        )
    wanted = [key for key in known if name in (None, key)]
    for key in wanted:
        reason = host.unavailable.get(key)
        line = json.dumps({"plugin": key, "fits": reason is None, "reason": reason}, ensure_ascii=False)
        click.echo(line if as_json else f"{key}\t{'fits' if reason is None else reason}")
    if any(key in host.unavailable for key in wanted):
        raise SystemExit(1)


def _installed() -> list[PluginState]:
    host = PluginHost.discover()
    host.prepare()
    keys = sorted(host.switchable | set(host.unavailable))
    return [PluginState(key, host.manifests.get(key), False, host.unavailable.get(key)) for key in keys]


def _switch(name: str, slug: str, *, on: bool) -> None:
    async def work() -> None:
        async with platform() as running, in_tenant(running, slug) as (session, scope):
            if on:
                running.host.prepare()
            await switch(running, session, scope, name, on=on)

    run(work())
    click.echo(f"{name}\t{'on' if on else 'off'}")


def _line(state: PluginState, in_a_tenant: bool) -> dict[str, object]:
    manifest = state.manifest
    line: dict[str, object] = {
        "plugin": state.key,
        "title": manifest.title.zh if manifest else None,
        "version": manifest.version if manifest else None,
        "available": state.reason is None,
        "reason": state.reason,
    }
    return line | ({"on": state.is_on} if in_a_tenant else {})


def _row(state: PluginState, in_a_tenant: bool) -> str:
    title = state.manifest.title.zh if state.manifest else ""
    word = (
        f"unavailable: {state.reason}"
        if state.reason
        else (("on" if state.is_on else "off") if in_a_tenant else "fits")
    )
    return f"{state.key}\t{title}\t{word}"
