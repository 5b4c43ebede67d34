"""Serves the demo: database, application and dev issuer in one process, loading beside it, and the line that says ready."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import click
import structlog
from litestar import Litestar

from zhibu_core.app import create_app
from zhibu_core.background import Background
from zhibu_core.boot import make_ready
from zhibu_core.cli.loop import uncollected
from zhibu_core.database.access import OWNER, RUNTIME
from zhibu_core.database.opening import database_for
from zhibu_core.errors import ZhibuError
from zhibu_core.http.server import serve_until_stopped
from zhibu_core.identity.issuers import Issuer
from zhibu_core.identity.permissions import ROLES
from zhibu_core.platform import Platform
from zhibu_core.plugins.host import PluginHost
from zhibu_core.settings import Settings
from zhibu_core.tenancy.directory import find_tenant
from zhibu_core.tenancy.session import Database
from zhibu_demo.loading import Loading, load_worlds
from zhibu_demo.marking import mark_as_demo
from zhibu_demo.partnering import make_partnership
from zhibu_demo.worlds import WORLDS
from zhibu_devissuer.marker import NAME, write_marker
from zhibu_devissuer.personas import all_personas
from zhibu_devissuer.refusals import refuse_unless_demo
from zhibu_devissuer.routes import DevIssuer
from zhibu_graphql.plugin import IMPORTING

log = structlog.get_logger()
CLIENT = "zhibu-web"
GRAPHQL = "graphql"


@dataclass
class Demo:
    """A demo that is ready to serve; `serve` runs until a signal and ends everything that the demo started."""

    platform: Platform
    app: Litestar
    listening: socket.socket
    origin: str
    parts: AsyncExitStack
    keycloak: bool = False

    async def serve(self) -> None:
        """Serves, and loads the two tenants beside."""
        loading: Loading = self.app.state.loading
        jobs = Background(self.platform)
        background = asyncio.create_task(_load_and_tell(self, loading, jobs))
        background.add_done_callback(_stop_where_failed)
        try:
            await serve_until_stopped(self.app, self.listening)
        finally:
            background.cancel()
            (ended,) = await asyncio.gather(background, return_exceptions=True)
            await jobs.stop()
            await self.parts.aclose()
        if isinstance(ended, Exception):
            raise ended


async def make_demo(settings: Settings, listening: socket.socket, port: int, *, keycloak: bool = False) -> Demo:
    """Starts the database, brings it up to date, marks it as a demo's, and assembles the application with its issuer.

    With `keycloak` the tenants have sign-ins of their own there, which come before the demo's issuer.
    """
    host = listening.getsockname()[0]
    origin = f"http://{host}:{port}"
    if keycloak:
        settings = replace(settings, address=origin)
    plugins = PluginHost.discover()
    async with AsyncExitStack() as parts:
        server = await parts.enter_async_context(database_for(settings, service=True))
        await make_ready(server, plugins, service=True)
        await mark_as_demo(server)
        database = Database(server.dsn_for(RUNTIME), pool_size=8)
        platform = Platform(settings, plugins, database, server.dsn_for(OWNER))
        parts.push_async_callback(platform.close)
        await refuse_unless_demo(platform, host)
        marker = write_marker(settings.data, origin)
        parts.callback((settings.data / NAME).unlink, missing_ok=True)
        issuer = DevIssuer(platform, origin, CLIENT, marker.secret)
        platform.trust(Issuer(issuer.address, CLIENT), demo=True)
        app = create_app(platform, more=[issuer.routes()], jobs=False, later=(GRAPHQL,))
        app.state.loading = Loading()
        return Demo(platform, app, listening, origin, parts.pop_all(), keycloak)


async def _load_and_tell(demo: Demo, loading: Loading, jobs: Background) -> None:
    """Loads, says ready, and only then has the two meet, builds the schema and lets jobs run: the imports come first."""
    platform = demo.platform
    with _bar() as told:
        try:
            await load_worlds(platform, loading, told)
            said = await _ready_lines(platform, demo.origin, keycloak=demo.keycloak)
        except ZhibuError as error:
            loading.failed = error.message.zh
            click.echo(f"zhibu: {error.message.zh}", err=True)
            return
    click.echo(said)
    sys.stdout.flush()
    try:
        await make_partnership(platform)
    except ZhibuError as error:
        log.warning("demo_partnership_failed", error=str(error))
    await _build_schema(platform.host)
    await jobs.start()


async def _build_schema(host: PluginHost) -> None:
    """Takes GraphQL in beside the first pages: a second's work, for which nobody waits who does not ask by GraphQL."""

    def build() -> None:
        with IMPORTING, uncollected():
            from zhibu_graphql.engine import engine_for

            _ = engine_for(host).schemas.full

    await asyncio.to_thread(build)
    host.take_in(GRAPHQL)


def _stop_where_failed(background: asyncio.Task[None]) -> None:
    """Ends the service, as a signal would, where what runs behind it broke off."""
    if not background.cancelled() and background.exception() is not None:
        signal.raise_signal(signal.SIGTERM)


async def _ready_lines(platform: Platform, origin: str, *, keycloak: bool) -> str:
    if keycloak:
        from zhibu_demo.keycloak import lines_of, settle_sign_in  # loads the client of Keycloak

        return lines_of(origin, await settle_sign_in(platform))
    lines = ["Zhibu is ready", f"  {origin}/"]
    for world in WORLDS:
        lines.append(f"  {origin}/t/{world.slug}/  {world.name}（示例）")
        async with platform.database.system_session() as system:
            tenant = await find_tenant(system, world.slug)
        async with platform.database.session(tenant.id) as session:
            people = await all_personas(session, tenant)
        lines += [f"    {p.role:<10} {ROLES[p.role].zh} {p.name} {p.branch or ''}".rstrip() for p in people]
    return "\n".join(lines)


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[str, str, float], None]]:
    """A progress bar on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _slug, _what, _share: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        tasks = {world.slug: progress.add_task(world.name, total=1.0) for world in WORLDS}
        yield lambda slug, _what, share: progress.update(tasks[slug], completed=share)
