"""`zhibu demo`: two tenants on embedded parts, loaded through the product's own import, served on loopback."""

import shutil

import click

from zhibu_core.cli.loop import run, uncollected
from zhibu_core.errors import InvalidInput
from zhibu_core.settings import Settings, read_settings
from zhibu_core.words import Words

HOST = "127.0.0.1"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port on loopback.")
@click.option("--reset", is_flag=True, help="First throw the demo's data away.")
@click.option("--only-reset", is_flag=True, help="Throw the demo's data away and do nothing else.")
@click.option(
    "--keycloak", is_flag=True, help="People sign in at the Keycloak of the settings, not at the demo's own issuer."
)
def demo(port: int, reset: bool, only_reset: bool, keycloak: bool) -> None:
    """Run the demo until Ctrl-C.

    Exit codes: 0 stopped; 1 the port is taken, the data folder is not a demo's, or Keycloak is not set or silent.
    """
    settings = read_settings()
    if settings.database_url:
        raise InvalidInput(
            "demo_external",
            Words(
                "演示只用内置数据库。请去掉 ZHIBU_DATABASE_URL。",
                "The demo uses the embedded database only. Unset ZHIBU_DATABASE_URL.",
            ),
            field="ZHIBU_DATABASE_URL",
        )
    if reset or only_reset:
        throw_away(settings)
    if not only_reset:
        run(_serve(settings, port, keycloak=keycloak))


def throw_away(settings: Settings) -> None:
    """Removes database, keys and files of the data folder; stops its server first."""
    from zhibu_core.database import embedded

    if settings.data.exists():
        embedded.stop(settings)
        shutil.rmtree(settings.data)
    click.echo(f"{settings.data.name}: reset")


async def _serve(settings: Settings, port: int, *, keycloak: bool) -> None:
    from zhibu_core.http.listening import listen
    from zhibu_demo.waiting import answering

    with listen(HOST, port) as socket:
        with answering(socket), uncollected():
            from zhibu_demo.serving import make_demo

            demo_ready = await make_demo(settings, socket, port, keycloak=keycloak)
        await demo_ready.serve()
