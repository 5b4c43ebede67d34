"""`zhibu serve` and `zhibu worker`: the service, and jobs in a process of their own."""

import asyncio
import signal
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click

from zhibu_core.cli.loop import run, uncollected
from zhibu_core.settings import Settings, read_settings

if TYPE_CHECKING:
    import socket

    from zhibu_core.platform import Platform


@click.command()
@click.option("--host", help="Address to listen on; ZHIBU_HOST, by default loopback.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; ZHIBU_PORT, by default 8000.")
@click.option("--jobs/--no-jobs", default=True, help="Whether this process runs jobs too.")
def serve(host: str | None, port: int | None, jobs: bool) -> None:
    """Serve pages and GraphQL until told to stop. Exit codes: 0 stopped; 1 the port is taken or the database is away."""
    settings = read_settings()
    run(_serve(settings, host or settings.host, settings.port if port is None else port, jobs=jobs))


async def _serve(settings: Settings, host: str, port: int, *, jobs: bool) -> None:
    with uncollected():
        from zhibu_core.app import create_app
        from zhibu_core.boot import running_platform
        from zhibu_core.http.listening import listen
        from zhibu_core.http.server import serve_until_stopped
        from zhibu_core.tenancy.limits import WEB

    with listen(host, port) as socket:
        async with running_platform(settings, service=True, pool_size=8, limits=WEB) as platform:
            with uncollected():
                app = create_app(platform, jobs=jobs)
            await serve_until_stopped(app, socket)


@click.command()
@click.option(
    "--health", is_flag=True, help="Answer /health/live, /health/ready and /metrics on ZHIBU_HOST, ZHIBU_PORT."
)
def worker(health: bool) -> None:
    """Run jobs and deliver events until told to stop (SIGTERM finishes what is under way).

    Exit codes: 0 stopped; 1 the database is away, or with --health the port is taken.
    """
    run(_work(read_settings(), health=health))


async def _work(settings: Settings, *, health: bool) -> None:
    from zhibu_core.background import Background
    from zhibu_core.boot import running_platform
    from zhibu_core.http.listening import listen
    from zhibu_core.tenancy.limits import JOB

    with listen(settings.host, settings.port) if health else nullcontext() as listening:
        async with running_platform(settings, service=True, limits=JOB) as platform:
            background = Background(platform)
            await background.start()
            await _until_stopped(platform, listening)
            await background.stop()


async def _until_stopped(platform: "Platform", listening: "socket.socket | None") -> None:
    if listening is not None:
        from zhibu_core.http.health import health_app
        from zhibu_core.http.server import serve_until_stopped

        await serve_until_stopped(health_app(platform), listening)
        return
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
