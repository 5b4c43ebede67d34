"""The tree keeps its promises: folders, file sizes, first sentences, names, and nothing of a registry or a machine."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DISTRIBUTIONS = ("core", "migrations", "tenants", "graphql", "web", "devissuer", "demo", "tests", "plugins")
LONGEST = 400
NINE_IN_TEN = 300


def tracked(*patterns: str) -> list[Path]:
    """The project's own files: those git knows, and new ones it does not ignore."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / line for line in listed if (ROOT / line).is_file()]


PYTHON = list(tracked("*.py"))
PRODUCT = [path for path in PYTHON if "tests" not in path.relative_to(ROOT).parts[:-1] or "zhibu_testing" in path.parts]


def test_top_level_folders_are_no_packages() -> None:
    assert [name for name in DISTRIBUTIONS if (ROOT / name / "__init__.py").exists()] == []


def test_no_package_hides_graphql() -> None:
    assert [
        p for p in PYTHON if "graphql" in p.relative_to(ROOT).parts[:-1] and p.relative_to(ROOT).parts[0] == "tests"
    ] == []


def test_files_are_small() -> None:
    sizes = sorted(
        (len(path.read_text(encoding="utf-8").splitlines()), str(path.relative_to(ROOT))) for path in PRODUCT
    )
    assert [size for size in sizes if size[0] > LONGEST] == []
    assert sum(size[0] > NINE_IN_TEN for size in sizes) <= len(sizes) / 10


@pytest.mark.parametrize("path", PRODUCT, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_open_with_a_sentence(path: Path) -> None:
    first = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert first
    assert first[0].isupper() or not first[0].isalpha()


def test_test_files_have_distinct_names() -> None:
    names = [path.name for path in PYTHON if path.name.startswith("test_")]
    assert sorted(names) == sorted(set(names))


def test_nothing_names_a_registry_or_a_machine() -> None:
    registries = re.compile(r"https?://[^\s\"]*(pypi|pythonhost|npmj|golang|crates|maven)")
    machine = re.compile(r"(^|[^A-Za-z0-9_.])/(" + "|".join(["wor" + "k", "far" + "m", "roo" + "t"]) + r")/")
    found = []
    for path in tracked():
        if path.suffix in (".xlsx", ".png", ".mo"):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found += [
            f"{path.relative_to(ROOT)}: {line[:80]}"
            for line in text.splitlines()
            if registries.search(line) or machine.search(line)
        ]
    assert found == []


def test_no_third_party_assets_are_committed() -> None:
    assert [
        p
        for p in tracked()
        if re.search(r"\.min\.(js|css)$|/(htmx|echarts)[^/]*\.js$", str(p)) and p.name != "chart-parts.js"
    ] == []
