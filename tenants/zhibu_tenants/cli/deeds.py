"""`zhibu tenant deeds`: carries out what the console asked for, where web processes have no owner's address."""

import asyncio
import signal
from contextlib import nullcontext

import click

from zhibu_core.cli.loop import run
from zhibu_core.settings import Settings, read_settings
from zhibu_tenants.cli.tenant import tenant


@tenant.command()
@click.option("--follow", is_flag=True, help="Look again every two seconds until told to stop.")
@click.option(
    "--health", is_flag=True, help="With --follow: answer /health/live, /health/ready on ZHIBU_HOST, ZHIBU_PORT."
)
def deeds(follow: bool, health: bool) -> None:
    """Suspend, resume and erase tenants as the staff asked on the console /operator; needs the owner's address.

    Exit codes: 0 nothing is left, or stopped; 1 something failed, and the console says why; 64 wrong usage.
    """
    if run(_work(read_settings(), follow=follow, health=health)):
        raise SystemExit(1)


async def _work(settings: Settings, *, follow: bool, health: bool) -> int:
    from zhibu_core.boot import running_platform
    from zhibu_core.http.listening import listen
    from zhibu_core.tenancy.limits import COMMAND
    from zhibu_tenants.operator.carrying import carry_out
    from zhibu_tenants.operator.carrying import follow as keep_looking

    with listen(settings.host, settings.port) if follow and health else nullcontext() as listening:
        async with running_platform(settings, service=follow, limits=COMMAND) as platform:
            if not follow:
                return await carry_out(platform)
            stopped = asyncio.Event()
            looking = asyncio.create_task(keep_looking(platform, stopped))
            if listening is None:
                await _until_told(stopped)
            else:
                from zhibu_core.http.health import health_app
                from zhibu_core.http.server import serve_until_stopped

                await serve_until_stopped(health_app(platform), listening)
            stopped.set()
            await looking
            return 0


async def _until_told(stopped: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
