"""The reference of hooks says what the code says, and every hook has a plugin that uses it."""

import ast
import re
from pathlib import Path

import pytest

from zhibu_core.plugins import hooks
from zhibu_core.plugins.manifest import CONTRACT
from zhibu_core.plugins.slots import Door

ROOT = Path(__file__).resolve().parents[2]
BUILT_IN = ("orglife", "learning", "affairs", "capability", "partnership", "example")
PAGE = (ROOT / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")
SPECIFICATIONS = {
    node.name: node
    for node in ast.parse(Path(hooks.__file__).read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef)
}
SECTIONS = {part.split("\n", 1)[0].strip(): part for part in PAGE.split("\n## ")[1:]}
SOURCES = {key: (ROOT / "plugins" / key / f"zhibu_{key}" / "plugin.py").read_text(encoding="utf-8") for key in BUILT_IN}


def users_of(hook: str) -> set[str]:
    """The built-in plugins that implement a hook."""
    return {key for key, source in SOURCES.items() if re.search(rf"@hookimpl\n(async )?def {hook}\(", source)}


def test_the_page_has_every_hook_in_order_and_no_other() -> None:
    assert list(SECTIONS) == list(SPECIFICATIONS)
    assert f"Contract number: {CONTRACT}." in PAGE


@pytest.mark.parametrize("hook", SPECIFICATIONS)
def test_sentence_and_signature_are_those_of_the_code(hook: str) -> None:
    specification = SPECIFICATIONS[hook]
    assert " ".join((ast.get_docstring(specification) or "").split()) in SECTIONS[hook]
    returns = ast.unparse(specification.returns) if specification.returns else ""
    assert f"```python\ndef {hook}({ast.unparse(specification.args)}) -> {returns}\n```" in SECTIONS[hook]


@pytest.mark.parametrize("hook", SPECIFICATIONS)
def test_the_example_is_the_example_plugin_s_own(hook: str) -> None:
    examples = [
        block for block in re.findall(r"```python\n(.*?)```", SECTIONS[hook], re.DOTALL) if "@hookimpl" in block
    ]
    assert len(examples) == 1
    assert examples[0] in SOURCES["example"] + "\n"


@pytest.mark.parametrize("hook", SPECIFICATIONS)
def test_every_hook_is_used_by_the_plugins_that_the_page_names(hook: str) -> None:
    said = re.search(r"^Used by: (.*)\.$", SECTIONS[hook], re.MULTILINE)
    assert said
    named = set(said[1].split(", "))
    assert "example" in named
    assert named <= users_of(hook)


def test_the_doors_are_all_named() -> None:
    assert all(f"`{door}`" in SECTIONS["navigation"] for door in Door.__args__)  # type: ignore[attr-defined]
