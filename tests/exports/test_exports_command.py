"""`zhibu export`: the same rules as on the pages, the codes, and a file traced across tenants."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from zhibu_core.cli.exporting import export
from zhibu_core.errors import InvalidInput
from zhibu_testing.fixtures import TestDatabase
from zhibu_testing.town import World

MAKE = ("make", "--purpose", "报送年度统计", "--recipient", "李主任", "--format", "csv", "--yes")
Typed = Callable[..., Awaitable[Result]]


@pytest.fixture
def typed(test_database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Types a command on the test's database: in a thread, since a command has a loop of its own."""
    monkeypatch.setenv("ZHIBU_DATA", str(test_database.settings.data))
    monkeypatch.setenv("ZHIBU_DATABASE_URL", test_database.server.admin_for(test_database.name))

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, export, arguments)

    return run


async def test_made_fetched_listed_and_traced(world: World, typed: Typed, tmp_path: Path) -> None:
    slug = world.home.tenant.slug
    waits = await typed(*MAKE, "--tenant", slug, "--field", "name", "--field", "phone")
    assert (waits.exit_code, waits.stdout.split("\t")[1]) == (3, "waiting")
    made = await typed(*MAKE, "--tenant", slug, "--organization", "111")
    assert made.exit_code == 0, made.output
    number, state, lines, _ = made.stdout.split("\t")
    assert (state, lines) == ("ready", "8")
    file = tmp_path / "roll.csv"
    taken = ("fetch", "--tenant", slug, "--number", number, "--recipient", "李主任", "--out", str(file))
    assert (await typed(*taken)).exit_code == 0
    part = tmp_path / "part.csv"
    part.write_text("\n".join(file.read_text("utf-8-sig").splitlines()[4:8]), encoding="utf-8")
    traced = await typed("trace", str(part), "--json")
    assert traced.exit_code == 0, traced.output
    (found,) = [json.loads(line) for line in traced.stdout.splitlines()]
    assert (found["tenant"], found["number"], found["recipient"]) == (slug, number, "李主任")
    elsewhere = await typed("trace", str(part), "--tenant", world.neighbour.tenant.slug)
    assert (elsewhere.exit_code, elsewhere.stdout) == (1, "")
    listed = await typed("list", "--tenant", slug, "--json")
    assert [json.loads(line)["state"] for line in listed.stdout.splitlines()] == ["ready", "waiting"]
    assert isinstance((await typed(*MAKE, "--tenant", slug, "--days", "31")).exception, InvalidInput)


async def test_one_that_is_ended_is_fetched_no_more(world: World, typed: Typed, tmp_path: Path) -> None:
    slug = world.home.tenant.slug
    number = (await typed(*MAKE, "--tenant", slug)).stdout.split("\t")[0]
    for tenant, code in ((world.neighbour.tenant.slug, False), (slug, True), (slug, False)):
        done = await typed("end", "--tenant", tenant, "--number", number, "--reason", "对象已变更")
        assert (done.exit_code == 0) is code, done.output
    out = tmp_path / "roll.csv"
    taken = await typed("fetch", "--tenant", slug, "--number", number, "--recipient", "李主任", "--out", str(out))
    assert (type(taken.exception).__name__, out.exists()) == ("Gone", False)
    (line,) = [json.loads(line) for line in (await typed("list", "--tenant", slug, "--json")).stdout.splitlines()]
    assert line["state"] == "ended"
