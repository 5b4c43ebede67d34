"""The code in the tutorial is the code of the example plugin, word for word, and leaves no hook out."""

import re
from pathlib import Path

import pytest

from zhibu_core.plugins import hooks

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "plugins" / "example"
PAGE = (ROOT / "docs" / "tutorial" / "build-a-plugin.md").read_text(encoding="utf-8")
PIECES = re.findall(r'^```\w+ title="([^"]+)"\n(.*?)^```$', PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("name", "piece"), PIECES, ids=[f"{n}-{name}" for n, (name, _) in enumerate(PIECES)])
def test_a_piece_of_code_stands_in_its_file(name: str, piece: str) -> None:
    assert piece.strip() in (EXAMPLE / name).read_text(encoding="utf-8")


def test_every_piece_of_code_names_its_file() -> None:
    assert len(re.findall(r"^```\w+", PAGE, re.MULTILINE)) == len(PIECES) > 15


def test_every_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert [link for link in links if not (ROOT / "docs" / "tutorial" / link).is_file()] == []


def test_the_example_uses_every_hook() -> None:
    source = (EXAMPLE / "zhibu_example" / "plugin.py").read_text(encoding="utf-8")
    names = {name for name, value in vars(hooks).items() if hasattr(value, "zhibu_spec")}
    assert len(names) >= 13
    assert {name for name in names if not re.search(rf"^(async )?def {name}\(", source, re.MULTILINE)} == set()
