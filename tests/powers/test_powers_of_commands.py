"""The walk over commands and jobs: whose each command is, refused to who has no address of the database; what jobs may do."""

import os
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from zhibu_core.audit.nightly import SCHEDULED as AUDIT
from zhibu_core.background import Background
from zhibu_core.errors import ZhibuError
from zhibu_core.platform import Platform
from zhibu_core.plugins.events import publish
from zhibu_core.plugins.manifest import Job
from zhibu_core.tenancy.ids import new_id
from zhibu_core.tenancy.scope import Scope
from zhibu_tenants.enablement import switch
from zhibu_testing.delivering import deliver
from zhibu_testing.fixtures import Parties

NOT_THE_DATABASE: Mapping[str, str] = {
    "login": "asks the server for its sign-in; the issuer decides",
    "whoami": "asks the server with one's own token; without one it says so",
    "token": "of a running demo, by the secret in its folder",
    "demo": "makes a database of its own, on loopback",
    "db stop": "ends the embedded server of one's own folder",
    "doctor": "looks, and says what it cannot reach",
    "dsn": "prints what one has given",
    "plugin new": "writes a folder for a developer",
    "plugin check": "looks at installed packages",
    "plugin list": "without a tenant it looks at installed packages",
    "audit key": "the public key, from one's own folder of keys",
}
"""Commands that need no right on the database, with the reason; each of the others is its operator's alone."""

PLATFORM_UPKEEP = {
    "audit.seal", "audit.night", "idempotency.sweep", "files.sweep", "files.scan", "exports.expire", "spaces.keep_up",
}  # fmt: skip
"""Jobs by the clock: the platform's own upkeep, which nobody starts and nobody is told about."""


def commands() -> Iterator[tuple[str, click.Command]]:
    def below(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        if isinstance(command, click.Group):
            for inner, one in command.commands.items():
                yield from below(f"{name} {inner}", one)
        else:
            yield name, command

    for point in sorted(entry_points(group="zhibu.commands"), key=lambda one: one.name):
        yield from below(point.name, point.load())


LEAVES = dict(commands())


def given(command: click.Command, folder: Path) -> list[str]:
    """What the command must be given, as far as anything will do."""
    words: list[str] = ["--all"] if command.name == "seal" else []
    for parameter in command.params:
        if parameter.required:
            value = _value(parameter.type, folder)
            words += [value] if isinstance(parameter, click.Argument) else [parameter.opts[0], value]
    return words


def _value(kind: Any, folder: Path) -> str:
    if isinstance(kind, click.Choice):
        return str(kind.choices[0])
    if isinstance(kind, click.Path) and not kind.file_okay and kind.exists:
        return str(folder)
    if isinstance(kind, click.Path):
        (folder / "given").touch()
        return str(folder / ("given" if kind.exists else "new"))
    return "00000000-0000-7000-8000-000000000007" if kind is click.UUID else "2026"


def test_the_list_names_commands_that_there_are() -> None:
    assert set(NOT_THE_DATABASE) <= set(LEAVES)
    assert len(LEAVES) > 50


@pytest.mark.parametrize("name", sorted(set(LEAVES) - set(NOT_THE_DATABASE)))
def test_a_command_needs_the_databases_address(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no right on the database, being refused there, does nothing by any command."""
    monkeypatch.setenv("ZHIBU_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ZHIBU_DATABASE_URL", "postgresql://somebody:guessed@127.0.0.1:1/zhibu")
    monkeypatch.delenv("ZHIBU_PG", raising=False)
    before = set(os.listdir(tmp_path))
    done = CliRunner().invoke(LEAVES[name], given(LEAVES[name], tmp_path), catch_exceptions=True)
    refused = isinstance(done.exception, ZhibuError | OSError) or done.exit_code in (1, 2)
    assert "Usage:" not in done.output, done.output
    assert refused, (done.exit_code, done.exception, done.output)
    assert set(os.listdir(tmp_path)) - before <= {"given", "data"}


def test_jobs_by_the_clock_are_the_platforms_own(platform: Platform) -> None:
    assert {job.key for job in Background(platform).scheduler.jobs} == PLATFORM_UPKEEP
    assert {job.key for job in AUDIT} <= PLATFORM_UPKEEP


def test_every_job_names_an_action_that_there_is(platform: Platform) -> None:
    jobs = [job for _, job in platform.host.collect("jobs")]
    assert jobs
    assert {job.action for job in jobs} <= set(platform.scopes.policy(platform.host.switchable).actions)


async def test_a_job_holds_its_action_and_no_other(
    platform: Platform, parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[bool, set[tuple[frozenset[str], object]]] = {True: set(), False: set()}

    async def look(_session: Any, scope: Scope, _payload: Any) -> None:
        if scope.tenant.id == parties.home.id:
            seen["example" in scope.plugins].add((scope.actions, scope.actor))

    (job,) = (job for _, job in platform.host.collect("jobs") if job.kind.startswith("example."))
    collect = platform.host.collect
    wrapped = [("example", Job(job.kind, look, job.action))]
    monkeypatch.setattr(platform.host, "collect", lambda hook, *a: wrapped if hook == "jobs" else collect(hook, *a))
    for on in (True, False):
        async with platform.database.session(parties.home.id) as session:
            await switch(platform, session, Scope(parties.home, frozenset()), "example", on=on)
            await publish(session, f"job:{job.kind}", "example_book", new_id())
        await deliver(platform, parties.home)
    assert seen == {True: {(frozenset({job.action}), None)}, False: {(frozenset(), None)}}
