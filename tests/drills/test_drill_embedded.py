"""The embedded server: shared by commands, stopped by the last, unharmed by kills, and polite to the machine."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from zhibu_core.database import embedded, locks, postmaster
from zhibu_core.database.access import Server
from zhibu_core.database.places import account_of, places_of, socket_folder
from zhibu_core.errors import InvalidInput, Unavailable
from zhibu_core.settings import Settings

pytestmark = pytest.mark.drills
IS_ROOT = os.geteuid() == 0

COMMAND = """
import subprocess, sys, time
from pathlib import Path
from zhibu_core.database import embedded
from zhibu_core.settings import Settings
with embedded.running_sync(Settings(data=Path(sys.argv[1])), keep="keep" in sys.argv) as server:
    psql = [str(server.programs / "psql"), server.admin, "-qAtc"]
    subprocess.run([*psql, "insert into mark values (1)"], check=True)
    print("in", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A data folder with a long name below a folder that only its owner may enter, and an initdb killed half-way."""
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    data = closed / ("long" * 30) / "data"
    (data / "postgres.new" / "base").mkdir(parents=True)
    made = Settings(data=data)
    yield made
    embedded.stop(made)


@pytest.fixture(autouse=True)
def _stopped_afterwards(settings: Settings) -> Iterator[None]:
    yield
    embedded.stop(settings)


def command(settings: Settings, seconds: float, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(settings.data), str(seconds), *words], stdout=subprocess.PIPE, text=True
    )


def ask(server: Server, question: str) -> str:
    assert server.programs is not None
    asked = [str(server.programs / "psql"), server.admin, "-v", "ON_ERROR_STOP=1", "-qAtc", question]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def pid_of(settings: Settings) -> int:
    found = postmaster.find(places_of(settings))
    assert found is not None
    return found.pid


def modes(folder: Path) -> dict[Path, int]:
    return {parent: parent.stat().st_mode for parent in (folder, *folder.parents)}


async def test_psql_asyncpg_and_sqlalchemy_take_the_addresses(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "5999")
    async with embedded.running(settings) as server:
        assert ask(server, "select current_database()") == "zhibu"
        ask(server, "create role app_rt login")
        connection = await asyncpg.connect(server.dsn_for())
        assert await connection.fetchval("select current_user::text") == "app_rt"
        await connection.close()
        engine = create_async_engine(server.sqlalchemy_for())
        async with engine.connect() as opened:
            assert await opened.scalar(text("show server_encoding")) == "UTF8"
        await engine.dispose()
    assert not embedded.is_running(settings)


def test_sets_what_keeps_data_and_memory(settings: Settings) -> None:
    with embedded.running_sync(settings) as server:
        names = "'fsync', 'synchronous_commit', 'listen_addresses', 'jit', 'TimeZone', 'lc_collate', 'shared_buffers'"
        rows = ask(server, f"select name || '=' || setting from pg_settings where name in ({names}) order by name")
        locale = ask(server, "select datcollate from pg_database where datname = 'zhibu'")
    assert rows.splitlines() == [
        "TimeZone=UTC", "fsync=on", "jit=off", "listen_addresses=", "shared_buffers=8192", "synchronous_commit=on",
    ]  # fmt: skip
    assert locale == "C"


def test_last_one_out_stops_it(settings: Settings) -> None:
    with embedded.running_sync(settings):
        first = pid_of(settings)
        with embedded.running_sync(settings):
            assert pid_of(settings) == first
        assert embedded.is_running(settings)
        assert os.getsid(first) != os.getsid(0)  # Ctrl-C in the terminal does not reach it
    assert not embedded.is_running(settings)
    assert not locks.is_held(places_of(settings).alive)


def test_kept_server_outlives_its_users(settings: Settings) -> None:
    with embedded.running_sync(settings, keep=True):
        first = pid_of(settings)
    with embedded.running_sync(settings):
        assert pid_of(settings) == first
    with embedded.running_sync(settings, service=True):
        pass
    assert embedded.is_running(settings)
    assert embedded.stop(settings) == embedded.Stopped(was_running=True, was_in_use=False)
    assert embedded.stop(settings) == embedded.Stopped(was_running=False, was_in_use=False)


def test_service_takes_its_server_along_though_kept_meanwhile(settings: Settings) -> None:
    with embedded.running_sync(settings, service=True), embedded.running_sync(settings, keep=True):
        pass
    assert not embedded.is_running(settings)


def test_other_user_of_an_ended_service_is_left_in_peace(settings: Settings) -> None:
    service = embedded.join(settings, service=True)
    other = embedded.join(settings)
    embedded.leave(service)
    assert ask(other.server, "select 1") == "1"
    embedded.leave(other)
    assert not embedded.is_running(settings)


def test_stop_says_that_others_use_it(settings: Settings) -> None:
    lease = embedded.join(settings)
    assert embedded.stop(settings) == embedded.Stopped(was_running=True, was_in_use=True)
    embedded.leave(lease)


def test_processes_that_start_together_share_one_server(settings: Settings) -> None:
    with embedded.running_sync(settings) as server:
        ask(server, "create table if not exists mark (n int); truncate mark")
    started = [command(settings, 0.1) for _ in range(3)]
    assert [process.wait(30) for process in started] == [0, 0, 0]
    assert not embedded.is_running(settings)
    with embedded.running_sync(settings) as server:
        assert ask(server, "select count(*) from mark") == "3"


def test_killed_command_leaves_a_server_that_the_next_uses_and_ends(settings: Settings) -> None:
    with embedded.running_sync(settings) as server:
        ask(server, "create table if not exists mark (n int)")
    process = command(settings, 60)
    assert process.stdout is not None
    assert process.stdout.readline() == "in\n"
    left = pid_of(settings)
    process.kill()
    process.wait()
    with embedded.running_sync(settings):
        assert pid_of(settings) == left
    assert not embedded.is_running(settings)


async def test_killed_server_recovers_with_its_data(settings: Settings) -> None:
    async with embedded.running(settings) as server:
        ask(server, "create table kept (n int); insert into kept values (7)")
        idle = await asyncpg.connect(server.admin)
        os.kill(pid_of(settings), signal.SIGKILL)
        with contextlib.suppress(ConnectionError, asyncpg.PostgresError, OSError):
            await idle.execute("select pg_sleep(1)")
    async with embedded.running(settings) as server:
        assert ask(server, "select n from kept") == "7"


def test_recycled_process_id_is_not_believed(settings: Settings) -> None:
    with embedded.running_sync(settings):
        places = places_of(settings)
        lines = (places.cluster / "postmaster.pid").read_text().splitlines()
        os.kill(pid_of(settings), signal.SIGKILL)
    while locks.is_held(places.alive):
        time.sleep(0.01)
    with subprocess.Popen(["sleep", "60"], user=account_of(places).uid) as stranger:
        (places.cluster / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]))
        with embedded.running_sync(settings) as server:
            assert ask(server, "select 1") == "1"
        assert stranger.poll() is None
        stranger.kill()


def test_server_that_cannot_start_says_why(settings: Settings) -> None:
    with embedded.running_sync(settings):
        pass
    control = places_of(settings).cluster / "global" / "pg_control"
    control.rename(control.with_name("away"))
    try:
        with pytest.raises(Unavailable, match="pg_control") as raised:
            embedded.join(settings)
        assert raised.value.code == "database_start"
    finally:
        control.with_name("away").rename(control)


def test_data_of_another_major_release_are_refused(settings: Settings) -> None:
    with embedded.running_sync(settings):
        pass
    with pytest.raises(Unavailable, match=r"made by PostgreSQL 18, but PostgreSQL 16 is chosen\. Set ZHIBU_PG=18"):
        embedded.join(replace(settings, postgres="16"))
    with pytest.raises(InvalidInput, match="16, 18"):
        embedded.join(replace(settings, postgres="17"))


def test_socket_folder_of_somebody_else_is_refused(settings: Settings, tmp_path: Path) -> None:
    places = places_of(settings)
    folder = socket_folder(places, account_of(places))
    folder.rmdir()
    folder.symlink_to(tmp_path)
    try:
        with pytest.raises(Unavailable, match="belongs to somebody else"):
            embedded.join(settings)
    finally:
        folder.unlink()


def test_large_log_keeps_its_end(settings: Settings) -> None:
    log = places_of(settings).log
    with embedded.running_sync(settings):
        with log.open("ab") as opened:
            opened.write(b"x" * 99 + b"\n" + b"filler line\n" * 200_000 + b"last line\n")
        with embedded.running_sync(settings):
            assert log.stat().st_size < postmaster.LOG_BYTES / 2
            assert log.read_bytes().endswith(b"last line\n")


def test_folders_keep_their_modes(settings: Settings) -> None:
    before = modes(settings.data)
    with embedded.running_sync(settings):
        owner = places_of(settings).cluster.stat()
        assert owner.st_mode & 0o777 == 0o700
        assert (owner.st_uid == 0) is False
    assert modes(settings.data) == before


@pytest.mark.parametrize("after", [0, 0.03, 0.5])
async def test_interrupted_block_stops_it(settings: Settings, after: float) -> None:
    async def use() -> None:
        async with embedded.running(settings):
            await asyncio.sleep(60)

    task = asyncio.create_task(use())
    await asyncio.sleep(after)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert not embedded.is_running(settings)
    assert not locks.is_held(places_of(settings).alive)


if IS_ROOT:

    def test_without_the_capability_the_closed_folder_is_named(settings: Settings) -> None:
        with embedded.running_sync(settings) as server:
            ask(server, "create table if not exists mark (n int)")
        bare = ["setpriv", "--bounding-set", "-setpcap", "--inh-caps", "-setpcap", sys.executable, "-c", COMMAND]
        done = subprocess.run([*bare, str(settings.data), "0"], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "may not pass " in done.stderr
        assert "/srv" in done.stderr

    def test_ordinary_user_runs_it_as_himself(tmp_path: Path) -> None:
        launch = Path(postmaster.LAUNCH)
        own = tmp_path / "own"
        own.mkdir()
        os.chown(own, 65534, 65534)
        script = COMMAND.replace("insert into mark values (1)", "select 1")
        found = f"import os, sys; sys.path.insert(0, {str(launch.parent)!r}); import launch"
        become = "launch.become(65534, 65534, traverse=True)"
        code = f"{found}; {become}; os.execv(sys.executable, [sys.executable, '-c', {script!r}, {str(own)!r}, '0'])"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert (own / "postgres").stat().st_uid == 65534
