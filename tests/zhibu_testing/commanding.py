"""A command as one types it, on the test's own server: in a process of its own, or in this one where starting it is not the point."""

import contextlib
import io
import os
import signal
import subprocess
import sys
from typing import NamedTuple
from unittest.mock import patch

from zhibu_core.cli.main import main
from zhibu_testing.fixtures import TestDatabase


class Said(NamedTuple):
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def environment(database: TestDatabase) -> dict[str, str]:
    """The variables that lead a command to the test's database and data folder."""
    given = {
        "ZHIBU_DATA": str(database.settings.data), "ZHIBU_PG": database.settings.postgres,
        "ZHIBU_DATABASE_URL": database.server.admin_for(database.name),
    }  # fmt: skip
    return os.environ | given


def started(database: TestDatabase, *arguments: str) -> Said:
    """Runs the command in a process of its own."""
    command = [sys.executable, "-m", "zhibu_core", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(database), timeout=120, check=False
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


def typed(database: TestDatabase, *arguments: str) -> Said:
    """Runs the command's own entry point in this process, which saves a second of imports; not from inside a loop."""
    out, err = io.StringIO(), io.StringIO()
    kept = signal.getsignal(signal.SIGTERM)
    try:
        with (
            patch.dict(os.environ, environment(database)), patch.object(sys, "argv", ["zhibu", *arguments]),
            contextlib.redirect_stdout(out), contextlib.redirect_stderr(err),
        ):  # fmt: skip
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
        return Said(code, out.getvalue(), err.getvalue())
    finally:
        signal.signal(signal.SIGTERM, kept)
    return Said(0, out.getvalue(), err.getvalue())
