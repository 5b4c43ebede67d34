"""Looks at a package's own source: what it imports, which kinds of fact it writes."""

import ast
from collections.abc import Iterator
from pathlib import Path


def modules_of(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Every module below a folder with its syntax tree."""
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported_packages(tree: ast.Module) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in found}


def kinds_written(tree: ast.Module) -> Iterator[str]:
    """The kinds of the `FactDraft`s that a module makes: those written out, or named by a constant of the module.

    A kind that is put together (`f"development.{step}"`) gives its beginning and a star; computed ones give nothing.
    """
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "FactDraft":
            named = [keyword.value for keyword in node.keywords if keyword.arg == "kind"]
            for value in [*named, *node.args[:1]][:1]:
                yield from _texts(value, constants)


def _texts(value: ast.expr, constants: dict[str, str]) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.Name) and value.id in constants:
        yield constants[value.id]
    elif isinstance(value, ast.JoinedStr) and value.values and isinstance(value.values[0], ast.Constant):
        yield f"{value.values[0].value!s}*"
