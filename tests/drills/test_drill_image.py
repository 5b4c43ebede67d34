"""What the Containerfile installs: production's distributions and their locked packages only, and they run from wheels."""

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.drills
ROOT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent
ABSENT = {"zhibu-devissuer", "zhibu-demo", "zhibu-testing", "zhibu-example"}
FOR_TESTS = {
    "pytest",
    "pytest-asyncio",
    "hypothesis",
    "playwright",
    "xlwt",
    "sqlglot",
    "mypy",
    "ruff",
    "hatchling",
    "uv",
}
CLIENT = """[sources.{0}.client]
id = "zhibu"
secret_file = "one.secret"
redirect_addresses = ["https://id.example.edu.cn/back"]
"""
BRIDGE = f"""address = "https://bridge.example.edu.cn"
data = "data"
[sources.campus]
kind = "cas"
tenant = "yunting"
settings = {{ server = "https://cas.example.edu.cn/cas" }}
{CLIENT.format("campus")}[sources.staff]
kind = "wecom"
tenant = "yunting"
settings = {{ corp_id = "ww1", agent_id = "1", secret_file = "one.secret" }}
{CLIENT.format("staff")}[sources.office]
kind = "dingtalk"
tenant = "yunting"
settings = {{ corp_id = "ding1", client_id = "d1", client_secret_file = "one.secret" }}
{CLIENT.format("office")}"""


@pytest.fixture(scope="module")
def production() -> ModuleType:
    """The script that the Containerfile runs."""
    spec = importlib.util.spec_from_file_location("production", ROOT / ".ci" / "production.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def image(production: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds what the image holds."""
    folder = tmp_path_factory.mktemp("image")
    wheels = production.wheels(folder / "wheels")
    venv.create(folder / "env", symlinks=True, with_pip=False)
    link_packages(names_in(production.lock()), next((folder / "env" / "lib").glob("python3*")) / "site-packages")
    programs = folder / "env" / "bin"
    install = [TOOLS / "uv", "pip", "install", "--offline", "--no-deps", "--no-index", "--link-mode=copy"]
    done = run([*install, "--python", programs / "python", *wheels], folder)
    assert done.returncode == 0, done.stderr
    return programs


def link_packages(names: set[str], site: Path) -> None:
    """Links these packages of this environment, and no others, into another one."""
    for name in sorted(names):
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:
            continue  # one for other systems, such as colorama
        for entry in {file.parts[0] for file in files} - {"..", "__pycache__"}:
            if not (site / entry).exists():
                (site / entry).symlink_to(Path(str(distribution(name).locate_file(entry))))


def names_in(lock: str) -> set[str]:
    return set(re.findall(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^]]*])?==", lock))


def clean_environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIBU", "PYTEST", "PYTHON"))}
    return kept | {"ZHIBU_DATA": str(folder / "data"), "PYTHONDONTWRITEBYTECODE": "1"}


def run(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    words = [str(part) for part in command]
    return subprocess.run(
        words, cwd=folder, env=clean_environment(folder), capture_output=True, text=True, check=False, timeout=120
    )


def test_production_leaves_out_what_is_for_demos_and_tests(production: ModuleType) -> None:
    assert not production.names() & ABSENT
    assert {"zhibu-core", "zhibu-web", "zhibu-tenants", "zhibu-migrations", "zhibu-orglife"} <= production.names()
    locked = names_in(production.lock())
    assert not locked & FOR_TESTS
    assert {"litestar", "sqlalchemy", "asyncpg", "uvicorn", "cryptography"} <= locked


def test_its_lock_is_a_part_of_the_one_lock(production: ModuleType) -> None:
    whole = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", production.lock())
    assert all(entry in whole for entry in entries)
    assert all("--hash=sha256:" in entry for entry in entries if entry)


def test_nothing_else_is_installed(image: Path, production: ModuleType, tmp_path: Path) -> None:
    look = "from importlib.metadata import distributions as d; print(*sorted({x.name.lower().replace('_', '-') for x in d()}))"
    names = set(run([image / "python", "-c", look], tmp_path).stdout.split())
    assert {name for name in names if name.startswith("zhibu")} == production.names()
    assert names - production.names() <= {name.lower().replace("_", "-") for name in names_in(production.lock())}


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "doctor", "tenant", "plugin", "role"])
def test_commands_run_from_wheels(image: Path, command: str, tmp_path: Path) -> None:
    done = run([image / "zhibu", command, "--help"], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: zhibu {command}")


def test_the_bridge_and_its_sources_run_from_wheels(image: Path, tmp_path: Path) -> None:
    (tmp_path / "one.secret").write_text("s" * 24, encoding="utf-8")
    (tmp_path / "bridge.toml").write_text(BRIDGE, encoding="utf-8")
    done = run([image / "zhibu-bridge", "list", "--config", "bridge.toml"], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == ["campus", "staff", "office"]


@pytest.mark.parametrize("command", ["demo", "token"])
def test_commands_of_the_demo_are_not_there(image: Path, command: str, tmp_path: Path) -> None:
    assert run([image / "zhibu", command], tmp_path).returncode == 64


def test_the_doctor_finds_nothing_installed_that_should_not_be(image: Path, tmp_path: Path) -> None:
    done = run([image / "zhibu", "doctor", "--deployment"], tmp_path)
    assert done.returncode == 1
    assert "embedded_database" in done.stdout
    assert "_installed" not in done.stdout


def test_it_migrates_serves_and_ends_when_told(image: Path, tmp_path: Path) -> None:
    migrated = run([image / "zhibu", "migrate"], tmp_path)
    assert migrated.returncode == 0, migrated.stderr
    for arguments in (["serve", "--no-jobs"], ["worker", "--health"]):
        with running([image / "zhibu", *arguments], tmp_path) as port:
            assert answer(port, "/health/live") == 200
            assert answer(port, "/health/ready") == 200
            assert answer(port, "/t/nobody/") == 404


@contextmanager
def running(command: list[str | Path], folder: Path) -> Iterator[int]:
    """A service on a port of its own; SIGTERM must end it with code 0."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = clean_environment(folder) | {"ZHIBU_PORT": str(port)}
    process = subprocess.Popen([str(part) for part in command], cwd=folder, env=environ)
    try:
        end = time.monotonic() + 60
        while answer(port, "/health/live") != 200:
            assert process.poll() is None, "it ended by itself"
            assert time.monotonic() < end, "it does not come up"
            time.sleep(0.2)
        yield port
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
    finally:
        process.kill()
        process.wait()


def answer(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as found:
            return int(found.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
