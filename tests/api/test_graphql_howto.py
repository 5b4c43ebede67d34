"""The examples of docs/howto/use-the-api.md, run as they stand against the real server, each with what it names."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from services.client_programs import client_python, npm_folder
from services.npm import NODE
from zhibu_core.platform import Platform
from zhibu_testing.delivering import deliver

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "howto" / "use-the-api.md"
BLOCKS = dict(re.findall(r"^```([a-z ]+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))

pytestmark = pytest.mark.schemas


async def run(api: Any, origin: str, *command: Any, cwd: Path, more: Mapping[str, str] | None = None) -> str:
    """What a program prints that is given the variables of the page."""
    own = {
        "ZHIBU_API": f"{origin}/t/{api.home.tenant.slug}/graphql",
        "ZHIBU_TOKEN": api.token("organizer"),
        "ZHIBU_CODE": "111",
    }
    words = [str(word) for word in command]
    done = await asyncio.to_thread(
        subprocess.run,
        words,
        cwd=cwd,
        env=dict(os.environ) | own | dict(more or {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_httpx(api: Any, origin: str, tmp_path: Path) -> None:
    said = await run(api, origin, sys.executable, "-c", BLOCKS["python"], cwd=tmp_path)
    assert len(said.splitlines()) == 7


async def test_two_tenants_together(api: Any, origin: str, tmp_path: Path, platform: Platform) -> None:
    """What crosses is delivered while the program waits for it."""
    there = {
        "ZHIBU_TOKEN": api.token("secretary"),
        "ZHIBU_OTHER_API": f"{origin}/t/{api.neighbour.tenant.slug}/graphql",
        "ZHIBU_OTHER_TOKEN": api.token("secretary", api.neighbour),
        "ZHIBU_OTHER_CODE": "111",
    }
    program = asyncio.ensure_future(
        run(api, origin, sys.executable, "-c", BLOCKS["python partnership"], cwd=tmp_path, more=there)
    )
    while not program.done():
        await deliver(platform, api.home.tenant, api.neighbour.tenant)
        await asyncio.sleep(0.2)
    assert await program == f"2 [('{api.neighbour.tenant.name}', 2)]\nNone\n"


async def test_gql(api: Any, origin: str, tmp_path: Path) -> None:
    python = await asyncio.to_thread(client_python, "gql")
    assert "happenedOn" in await run(api, origin, python, "-c", BLOCKS["python gql"], cwd=tmp_path)


async def test_typescript(api: Any, origin: str) -> None:
    folder = await asyncio.to_thread(npm_folder)
    (folder / "example.ts").write_text(BLOCKS["typescript"], encoding="utf-8")
    said = await run(api, origin, sys.executable, "-c", NODE, "example.ts", cwd=folder)
    assert '"totalCount"' in said


async def test_a_typed_client_is_made_of_the_schema(api: Any, origin: str, tmp_path: Path) -> None:
    python = await asyncio.to_thread(client_python, "codegen")
    parts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "graphql" / "schema").glob("*.graphql"))]
    (tmp_path / "schema.graphql").write_text(whole_text(parts), encoding="utf-8")
    (tmp_path / "operations.graphql").write_text(BLOCKS["graphql"], encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(BLOCKS["toml"], encoding="utf-8")
    await run(api, origin, python.parent / "ariadne-codegen", cwd=tmp_path)
    said = await run(api, origin, python, "-c", BLOCKS["python codegen"], cwd=tmp_path)
    assert len(said.splitlines()) == 4
    assert "full_member" in said


def whole_text(parts: list[str]) -> str:
    from graphql import print_schema

    from zhibu_graphql.breaking import whole

    return print_schema(whole(parts))
