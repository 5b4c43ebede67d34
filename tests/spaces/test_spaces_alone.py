"""Nobody but the courier meets two tenants, and nobody but `copies` reads what came."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPACES = ROOT / "core" / "zhibu_core" / "spaces"
SOURCES = sorted(
    path for part in ("core", "tenants", "graphql", "web", "plugins", "demo") for path in (ROOT / part).rglob("*.py")
    if "tests" not in path.parts
)  # fmt: skip
DRIVES = {SPACES / "lane.py"}
HOLDS = {
    SPACES / f"{name}.py"
    for name in ("models", "force", "copies", "arriving", "heeding", "removing", "upkeep", "versions", "life")
}
"""What may name the table of copies in core: to write, remove or strip rows, and the one that reads them."""


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Every module, and name of a module, that a file imports; of a file that never names spaces, none."""
    source = path.read_text(encoding="utf-8")
    return tuple(_imports(source)) if "zhibu_core.spaces" in source else ()


def _imports(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def who_imports(module: str) -> set[Path]:
    """The files that import a module or something of it."""
    return {path for path in SOURCES if any(name == module or name.startswith(f"{module}.") for name in imported(path))}


def test_only_the_lane_drives_the_courier_and_only_it_hands_over() -> None:
    assert who_imports("zhibu_core.spaces.courier") == DRIVES
    assert who_imports("zhibu_core.spaces.arriving") == {SPACES / "courier.py"}
    assert who_imports("zhibu_core.spaces.heeding") == {SPACES / "arriving.py"}


def test_copies_are_read_in_one_place_by_one_predicate() -> None:
    asking = re.compile(r"SpaceCopy\.|[( ]select\(SpaceCopy|(from|join|into|update) space_copy\b")
    assert {path for path in SOURCES if asking.search(path.read_text(encoding="utf-8"))} <= HOLDS
    assert who_imports("zhibu_core.spaces.force.readable") == {SPACES / "copies.py"}
    stating = {path for path in SOURCES if "Space.ends_on >= " in path.read_text(encoding="utf-8")}
    assert stating == {SPACES / "force.py"}


@pytest.mark.parametrize("path", sorted(set(SPACES.glob("*.py")) - {SPACES / "courier.py"}), ids=lambda path: path.stem)
def test_no_other_module_of_spaces_opens_a_session_of_a_tenant_it_was_not_given(path: Path) -> None:
    """Sessions are opened for `tenant` alone: the one that the caller works for."""
    opened = [
        ast.unparse(node.args[0])
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("database.session")
    ]
    assert set(opened) <= {"tenant.id"}
