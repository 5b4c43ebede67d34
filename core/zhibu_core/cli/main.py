"""`zhibu`: finds its commands by entry point, loads one when it is called, and turns errors into sentences and codes."""

import signal
import sys
from importlib.metadata import EntryPoint, entry_points

import click

from zhibu_core.errors import ZhibuError

GROUP = "zhibu.commands"
USAGE = 64
REFUSED = 2


class Commands(click.Group):
    """The installed commands; `zhibu --help` loads them all, a call only its own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        del ctx
        return sorted(_points())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        del ctx
        point = _points().get(cmd_name)
        command: click.Command | None = point.load() if point else None
        return command


def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zhibu-core", prog_name="zhibu")
def zhibu() -> None:
    """Zhibu: a platform for party building in universities and enterprises.

    Exit codes: 0 done; 1 could not be done; 2 refused, nothing was written; 3 done in part (import: rows were refused;
    restore: something waits for somebody); 64 wrong usage.
    """


def main() -> None:
    """Runs `zhibu` and exits with its documented code."""
    from zhibu_core.logs import set_up_logs

    set_up_logs()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what a command started ends with it
    try:
        code = zhibu.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.UsageError as error:
        error.show()
        sys.exit(USAGE)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except ZhibuError as error:
        where = f" ({error.field})" if error.field else ""
        click.echo(f"zhibu: {error.message.zh}{where}", err=True)
        sys.exit(REFUSED if error.category in ("BAD_USER_INPUT", "NOT_FOUND") else 1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)
