"""A partner's plugin outside the tree: written by `zhibu plugin new`, built, installed from wheels, checked and tested."""

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from zhibu_core.errors import InvalidInput
from zhibu_tenants.scaffold import write_plugin

pytestmark = pytest.mark.drills
ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("core", "migrations", "tenants", "web", "tests")
"""What a partner installs: neither graphql nor any built-in plugin, as nothing here uses them."""

TOOLS = Path(sys.executable).parent
KEY = "partnerdemo"


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plugin's folder, as the command writes it."""
    folder = tmp_path_factory.mktemp("partner")
    said = run([TOOLS / "zhibu", "plugin", "new", KEY], folder)
    assert f"zhibu plugin check {KEY}" in said
    return folder / f"zhibu-{KEY}"


@pytest.fixture(scope="module")
def outside(partner: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment: other people's packages as here, Zhibu's and the plugin's from
    wheels.
    """
    folder = tmp_path_factory.mktemp("outside")
    wheels = [build_wheel(root, folder / "wheels") for root in (*(ROOT / name for name in NEEDED), partner)]
    venv.create(folder / "env", symlinks=True, with_pip=False)
    programs = folder / "env" / "bin"
    borrow_packages(next((folder / "env" / "lib").glob("python3*")) / "site-packages")
    install = [TOOLS / "uv", "pip", "install", "--offline", "--no-deps", "--no-index", "--link-mode=copy"]
    run([*install, "--python", programs / "python", *wheels], folder)
    return programs


def build_wheel(root: Path, into: Path) -> Path:
    """The wheel of a distribution, built as its own pyproject says."""
    return Path(next(WheelBuilder(str(root)).build(directory=str(into), versions=["standard"])))


def borrow_packages(site: Path) -> None:
    """Links the third-party packages of this environment into another, and nothing of Zhibu."""
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if "zhibu" not in entry.name and entry.suffix != ".pth" and not (site / entry.name).exists():
            (site / entry.name).symlink_to(entry)


def run(command: Sequence[str | Path], folder: Path) -> str:
    """What the command says, in an environment that knows nothing of this tree; fails the test where it fails."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIBU", "PYTEST", "PYTHON"))}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_nothing_of_the_tree_is_used(outside: Path, partner: Path) -> None:
    look = (
        "import zhibu_core, zhibu_web, zhibu_testing as t; print(zhibu_core.__file__, zhibu_web.__file__, t.__file__)"
    )
    assert str(ROOT) not in run([outside / "python", "-c", look], partner)
    listed = run([outside / "zhibu", "plugin", "list"], partner)
    assert [line.split("\t")[0] for line in listed.splitlines()] == [KEY]


def test_wheels_hold_built_files_and_catalogues(outside: Path, partner: Path) -> None:
    look = (
        "from zhibu_core.i18n import translator; from zhibu_web.assets import STATIC, static_address as a;"
        "names = ('zhibu.css', 'htmx.min.js', 'echarts.js');"
        "print(*((STATIC / 'vendor' / n).stat().st_size for n in names), a('vendor/zhibu.css')[-2:] != '=0');"
        "print(*(translator('zh_CN', (p,)).gettext(m) for p, m in [('zhibu_web', 'Name'), ('zhibu_tenants', 'What closes')]))"
    )
    built, words = run([outside / "python", "-c", look], partner).splitlines()
    *sizes, addressed = built.split()
    assert [int(size) > 10_000 for size in sizes] == [True] * 3
    assert addressed == "True"
    assert words == "姓名 将会关闭"


@pytest.mark.parametrize("name", ["web", "tenants", *sorted(path.name for path in (ROOT / "plugins").iterdir())])
def test_every_wheel_holds_its_catalogues(name: str, tmp_path: Path) -> None:
    root = ROOT / name if (ROOT / name).is_dir() else ROOT / "plugins" / name
    packed = set(ZipFile(build_wheel(root, tmp_path)).namelist())
    catalogues = {path.relative_to(root).as_posix() for path in root.glob("zhibu_*/locale/*/LC_MESSAGES/*.po")}
    assert catalogues <= packed
    assert catalogues or name == "affairs", "affairs has no pages of its own yet"


def test_the_command_finds_that_it_fits(outside: Path, partner: Path) -> None:
    assert run([outside / "zhibu", "plugin", "check", KEY], partner) == f"{KEY}\tfits\n"


def test_its_own_tests_pass(outside: Path, partner: Path) -> None:
    said = run([outside / "python", "-m", "pytest", "tests", "-p", "no:cacheprovider", "-W", "ignore"], partner)
    assert " passed" in said
    assert "skipped" not in said


def test_it_is_clean_and_typed(partner: Path) -> None:
    run([TOOLS / "ruff", "check", "--no-cache", "."], partner)
    run([TOOLS / "ruff", "format", "--no-cache", "--check", "."], partner)
    run([TOOLS / "mypy", "--cache-dir", ROOT / ".mypy_cache" / "partner", f"zhibu_{KEY}"], partner)


@pytest.mark.parametrize("name", ["a", "Reading", "读书", "2read", "a-b", "a.b", "../x", "a__b", "a_", "x" * 32, ""])
def test_names_that_are_none_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="不能作插件名") as raised:
        write_plugin(name, tmp_path)
    assert raised.value.field == "name"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["orglife", "web", "core"])
def test_names_that_are_taken_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="已有名为"):
        write_plugin(name, tmp_path)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    write_plugin("reading", tmp_path)
    mark = tmp_path / "zhibu-reading" / "README.md"
    mark.write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidInput, match="已存在"):
        write_plugin("reading", tmp_path)
    assert mark.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["ab", "a234567890123456789012345678901", "two_words"])
def test_every_name_gives_clean_code(name: str, tmp_path: Path) -> None:
    write_plugin(name, tmp_path)
    folder = tmp_path / f"zhibu-{name}"
    run([TOOLS / "ruff", "check", "--no-cache", "."], folder)
    run([TOOLS / "ruff", "format", "--no-cache", "--check", "."], folder)
    left = [path for path in folder.rglob("*") if path.is_file() and "${" in path.read_text(encoding="utf-8")]
    assert left == []
