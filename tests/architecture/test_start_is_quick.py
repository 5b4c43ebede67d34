"""Commands and the demo's start fetch only what they use: what takes long to import comes with its first use."""

import subprocess
import sys

FOREIGN = ("alembic", "hvac", "keycloak", "minio", "segno", "scim2_models", "pydantic", "lxml", "xlsxwriter", "icalendar")  # fmt: skip
GRAPHQL = ("graphql", "strawberry")
WEB = ("litestar", "uvicorn", "jinja2", "httpx")
DATABASE = ("sqlalchemy", "asyncpg", "cryptography")

STEPS = f"""
import sys
from types import SimpleNamespace

def brought(step, modules):
    print(step, *(name for name in modules if name in sys.modules))

from zhibu_core.cli.main import zhibu
[zhibu.get_command(None, name) for name in ("demo", "serve", "token")]
brought("some commands:", {(*DATABASE, *WEB, *GRAPHQL, *FOREIGN)!r})

import zhibu_core.cli.running
from zhibu_core.plugins.host import PluginHost
[zhibu.get_command(None, name) for name in zhibu.list_commands(None)]
host = PluginHost.discover()
brought("any command on the platform:", {(*WEB, *GRAPHQL, *FOREIGN)!r})

import zhibu_demo.serving
from zhibu_core.app import create_app
platform = SimpleNamespace(host=host, settings=SimpleNamespace(hosts={{}}))
create_app(platform, later=(zhibu_demo.serving.GRAPHQL,))
brought("every page of the demo:", {(*GRAPHQL, *FOREIGN)!r})
"""


def test_nothing_is_fetched_before_it_is_used() -> None:
    done = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["some commands:", "any command on the platform:", "every page of the demo:"]
