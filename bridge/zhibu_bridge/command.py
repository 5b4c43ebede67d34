"""`zhibu-bridge serve|list`: runs the bridge, and prints what its sources and clients must be told."""

import logging
import sys
from pathlib import Path

import click

from zhibu_core.cli.loop import run
from zhibu_core.errors import ZhibuError

USAGE = 64
REFUSED = 2
SILENT = ("httpx", "httpcore", "urllib3", "cas")
CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    envvar="ZHIBU_BRIDGE",
    required=True,
    help="The settings file; ZHIBU_BRIDGE names it as well.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zhibu-bridge", prog_name="zhibu-bridge")
def bridge() -> None:
    """The login bridge. Exit codes: 0 done; 1 could not be done; 2 the settings are refused; 64 wrong usage."""


@bridge.command()
@CONFIG
def serve(config: Path) -> None:
    """Serve all sources until a signal says stop; several processes may share the folder `data`."""
    from zhibu_bridge.assembling import assemble
    from zhibu_bridge.settings import read_bridge
    from zhibu_core.http.listening import listen
    from zhibu_core.http.server import serve_until_stopped
    from zhibu_core.logs import set_up_logs

    set_up_logs()
    for name in SILENT:  # they log addresses, and addresses hold tickets, codes and tokens
        logging.getLogger(name).setLevel(logging.WARNING)
    settings = read_bridge(config)
    app = assemble(settings, config.absolute().parent)
    with listen(settings.host, settings.port) as socket:
        click.echo(f"{settings.address}: {', '.join(settings.sources)}")
        sys.stdout.flush()
        run(serve_until_stopped(app, socket))


@bridge.command("list")
@CONFIG
def list_sources(config: Path) -> None:
    """One line a source: name, tenant, issuer for Keycloak, callback address for the provider. Makes keys that are missing."""
    from zhibu_bridge.assembling import make_issuers
    from zhibu_bridge.settings import read_bridge

    for issuer in make_issuers(read_bridge(config), config.absolute().parent).values():
        click.echo("\t".join([issuer.name, issuer.settings.tenant, issuer.address, issuer.callback]))


def main() -> None:
    """Runs `zhibu-bridge` and exits with its documented code."""
    try:
        bridge.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.UsageError as error:
        error.show()
        sys.exit(USAGE)
    except ZhibuError as error:
        click.echo(f"zhibu-bridge: {error.message.zh}", err=True)
        sys.exit(REFUSED if error.category == "BAD_USER_INPUT" else 1)
    except KeyboardInterrupt:
        sys.exit(130)
