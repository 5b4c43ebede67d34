"""What the documents name is there: files, make targets, commands with their options, settings, modules, links."""

import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest

from zhibu_bridge.command import bridge
from zhibu_core.cli.main import zhibu
from zhibu_core.settings import read_settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY"))])
TOP = {path.name for path in ROOT.iterdir() if path.is_dir()} | {".ci"}
PACKAGES = {path.name: path.parent for pattern in ("*/zhibu_*", "plugins/*/zhibu_*") for path in ROOT.glob(pattern)}
REPLACED = {"plugins/reading", "migrations/0001_what.py"}
"""Written by a reader of the tutorial, not by us."""

CODE = re.compile(r"^```[^\n]*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"(?<![\w./<:{-])((?:\.ci|[a-z_]+)(?:/[\w.*-]+)+/?)")
TARGET = re.compile(r"\bmake (?!PORT=|PYTHON=)((?:[a-z][a-z-]*)(?:\|[a-z-]+)*)")
COMMAND = re.compile(
    r"(?<![\w/=-])(?:\.venv/bin/)?(zhibu(?:-bridge)?)((?: +[a-z]+(?:\\?\|[a-z]+)*\b(?![/=.-]))+)([^\n`]*)"
)
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*)")
SETTING = re.compile(r"\bZHIBU_[A-Z0-9_]*[A-Z0-9](?!\w|_…)")
MODULE = re.compile(r"\bpython3? -m (bench[\w.]*|services[\w.]*|zhibu_[\w.]+)|\b(zhibu_(?!x\b)[a-z]+(?:\.[a-z_]+)+)\b")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PROGRAMS: dict[str, click.Group] = {"zhibu": zhibu, "zhibu-bridge": bridge}

EVERY_BRANCH = {
    "ZHIBU_KEYS": "vault+https://vault.example:8200",
    "ZHIBU_VAULT_TOKEN": "t",
    "ZHIBU_STORAGE": "s3://files",
    "ZHIBU_ANCHORS": "s3://anchors",
} | {
    f"ZHIBU_{place}_{name}": "https://s3.example:9000"
    for place in ("S3", "ANCHOR_S3")
    for name in ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY")
}
"""An environment in which every setting is asked for."""


class Asked(dict[str, str]):
    """An environment that notes which variables were asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        """As a dictionary's."""
        self.names.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> str:
        self.names.add(key)
        return super().__getitem__(key)


@cache
def settings_of_the_platform() -> frozenset[str]:
    """The variables that `read_settings` asks for."""
    asked = Asked(EVERY_BRANCH)
    read_settings(asked)
    return frozenset(asked.names)


def code_of(text: str) -> Iterator[str]:
    """Everything that is set as code: blocks and single words."""
    return (block or word for block, word in CODE.findall(text))


def missing_files(text: str) -> list[str]:
    """Paths below one of our folders or packages that lead nowhere."""
    found = {path for code in code_of(text) for path in PATH.findall(code)}
    return sorted(path for path in found if not _is_there(path.rstrip("/.")))


def _is_there(path: str) -> bool:
    first = path.split("/", 1)[0]
    if path in REPLACED or any(path.startswith(f"{ours}/") for ours in REPLACED):
        return True
    if first in PACKAGES:
        return any(PACKAGES[first].glob(path))
    return first not in TOP or any(ROOT.glob(path))


def missing_targets(text: str) -> list[str]:
    """Targets that the Makefile does not have."""
    known = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {target for code in code_of(text) for names in TARGET.findall(code) for target in names.split("|")}
    return sorted(named - known)


def missing_commands(text: str) -> list[str]:
    """Commands that `zhibu` and `zhibu-bridge` do not know, and options that none of the commands named there takes."""
    return sorted({fault for code in code_of(text) for named in COMMAND.findall(code) for fault in _faults(*named)})


def _faults(said: str, words: str, rest: str) -> Iterator[str]:
    reached: list[click.Command] = [PROGRAMS[said]]
    for word in words.split():
        groups = [command for command in reached if isinstance(command, click.Group)]
        if not groups:
            break  # what follows is an argument
        names = re.split(r"\\?\|", word)
        commands = {name: _below(groups, name) for name in names}
        yield from (f"{said} {name}" for name, command in commands.items() if command is None)
        reached = [command for command in commands.values() if command]
        said += f" {word}"
    taken = {"--help"}.union(*(option for command in reached for option in map(_options, command.params)))
    yield from (f"{said} {option}" for option in OPTION.findall(rest) if reached and option not in taken)


def _options(parameter: click.Parameter) -> list[str]:
    return [*parameter.opts, *parameter.secondary_opts]


def _below(groups: Iterable[click.Group], name: str) -> click.Command | None:
    return next((found for group in groups if (found := _command(group, name))), None)


@cache
def _command(group: click.Group, name: str) -> click.Command | None:
    return group.get_command(click.Context(group), name)


@cache
def settings_read() -> frozenset[str]:
    """Every variable that something reads: settings, code beside them, tests, the Makefile."""
    listing = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "*.py", "Makefile"]
    names = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.splitlines()
    quoted = re.compile(r"[\"'(]((?:ZHIBU|FORWARDED)_[A-Z0-9_]+)\b")
    sources = [path for name in names if (path := ROOT / name).is_file() and path != Path(__file__)]
    return settings_of_the_platform().union(*(quoted.findall(path.read_text("utf-8")) for path in sources))


def missing_settings(text: str) -> list[str]:
    """Variables that nothing reads."""
    return sorted(set(SETTING.findall(text)) - settings_read())


def missing_modules(text: str) -> list[str]:
    """Modules that cannot be found; what stands behind the last module may be a name in it."""
    named = {run or dotted for code in code_of(text) for run, dotted in MODULE.findall(code)}
    return sorted(name for name in named if not _is_module(name))


def _is_module(name: str) -> bool:
    if name.split(".")[0] in ("bench", "services"):
        path = ROOT / name.replace(".", "/")
        return path.is_dir() or path.with_suffix(".py").is_file()
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # its parent is a module and no package: the last word is a name in it
        module, _, attribute = name.rpartition(".")
        found = find_spec(module)
        return bool(found and found.origin and re.search(rf"\b{attribute}\b", Path(found.origin).read_text("utf-8")))


def missing_links(text: str, page: Path) -> list[str]:
    """Links to files and headings that are not there."""
    return sorted({link for link in LINK.findall(text) if "://" not in link and not _leads(link, page)})


def _leads(link: str, page: Path) -> bool:
    name, _, heading = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.exists():
        return False
    return not heading or heading in {
        _anchor(line) for line in re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.M)
    }


def _anchor(heading: str) -> str:
    """The anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


def faults_of(text: str, page: Path) -> list[str]:
    """Everything that a page names and that is not there."""
    checks = (missing_files, missing_targets, missing_commands, missing_settings, missing_modules)
    return [fault for check in checks for fault in check(text)] + missing_links(text, page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_document_names_is_there(page: Path) -> None:
    assert faults_of(page.read_text(encoding="utf-8"), page) == []


def test_every_document_is_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or not page.is_file() or page.suffix != ".md":
            continue
        reached.add(page)
        links = LINK.findall(page.read_text(encoding="utf-8"))
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links if "://" not in link]
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in reached] == []


def test_every_setting_of_the_platform_is_documented() -> None:
    said = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(ZHIBU_\w+)`", said))
    named |= {f"{before}_FILE" for before in re.findall(r"`(ZHIBU_\w+)` \(or `…_FILE`\)", said)}
    assert len(settings_of_the_platform()) > 40
    assert sorted(settings_of_the_platform() - named) == []


def test_what_is_not_there_is_noticed() -> None:
    text = """`tests/isolation/test_no_such.py`, `zhibu_core/nothing.py`, `make nothing`, `zhibu nothing`, `zhibu tenant vanish|list`,
    `zhibu-bridge nothing`,
    `zhibu tenant list --nothing`, `ZHIBU_NOTHING`, `zhibu_core.nothing`, `python -m bench.nothing`, [x](nothing.md), [y](#nothing)"""
    assert faults_of(text, PAGES[0]) == [
        "tests/isolation/test_no_such.py", "zhibu_core/nothing.py", "nothing", "zhibu nothing", "zhibu tenant list --nothing",
        "zhibu tenant vanish", "zhibu-bridge nothing", "ZHIBU_NOTHING", "bench.nothing", "zhibu_core.nothing", "#nothing", "nothing.md",
    ]  # fmt: skip
    there = """`tests/isolation/test_isolation_*.py`, `zhibu_core/jobs.py`, `make test`, `zhibu tenant list --json`, `ZHIBU_S3_…`,
    `zhibu audit verify\\|seal --tenant X`, `python -m bench.faults`, `zhibu_core.errors.InvalidInput`"""
    assert faults_of(there, PAGES[0]) == []
