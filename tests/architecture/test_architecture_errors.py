"""Errors speak both languages: no sentence of a domain error is Chinese alone, and none of the English ones is Chinese."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from zhibu_core import errors

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(
    {path.parent for path in [*ROOT.glob("*/zhibu_*/__init__.py"), *ROOT.glob("plugins/*/zhibu_*/__init__.py")]}
)
RAISED = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)}
CALLED = RAISED | {"Unreadable", "not_found", "not_there"}
CHINESE = re.compile("[\u4e00-\u9fff]")


def calls(package: Path, names: set[str]) -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def written(node: ast.expr) -> str:
    """The fixed letters of a string; nothing of what is filled in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_no_error_is_chinese_alone(package: Path) -> None:
    alone = [place for place, call in calls(package, CALLED) for given in call.args if CHINESE.search(written(given))]
    assert alone == []


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_english_words_are_english(package: Path) -> None:
    mixed = [
        place
        for place, call in calls(package, {"Words"})
        if len(call.args) == 2 and CHINESE.search(re.sub("[“《(（][^”》)）]*[”》)）]", "", written(call.args[1])))
    ]
    assert mixed == []


def test_the_rules_find_something() -> None:
    found = [call for package in PACKAGES for _, call in calls(package, CALLED)]
    assert len(found) > 200
    assert written(ast.parse('f"没有{name}"', mode="eval").body) == "没有"
