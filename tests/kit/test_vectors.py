"""The runner of vectors: counting, comparing, skipping, and the public vectors themselves."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhibu_testing.adapters import ADAPTERS
from zhibu_testing.comparing import differences
from zhibu_testing.vectors import main, verdicts_of

PUBLIC = Path(__file__).parents[1] / "vectors"
SIMPLE = {"id": "a-1", "why": "because", "input": {"due_from": "2026-01", "paid_months": [], "today": "2026-03-05"}}
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.floats(-9, 9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("family", sorted(ADAPTERS))
def test_the_public_vectors_of_a_family_pass(family: str) -> None:
    content = json.loads((PUBLIC / f"{family}.json").read_text(encoding="utf-8"))
    verdicts = list(verdicts_of(content))
    assert len(verdicts) == len(content["vectors"])
    assert [verdict for verdict in verdicts if verdict.wrong] == []


def written(folder: Path, name: str, content: Any) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text, encoding="utf-8")


def test_a_folder_is_counted_and_differing_keys_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = SIMPLE | {"expected": {"months": 2, "stage": "remind"}}
    wrong = SIMPLE | {"id": "a-2", "expected": {"months": 3, "stage": "remind", "extra": 1}}
    broken = {"id": "a-3", "why": "no input", "input": {}, "expected": {}}
    written(tmp_path, "arrears.json", {"family": "arrears", "vectors": [right, wrong, broken]})
    written(tmp_path, "new.json", {"family": "weather", "vectors": [right]})
    written(tmp_path, "notes.json", "not json")
    written(tmp_path, "list.json", [])
    written(tmp_path, "tenant.json", {"family": "capability_tenant", "period": [], "vectors": [{}]})
    assert main([str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "1 passed, 2 failed"
    assert "FAILED a-2 (because)" in lines
    assert "  months: expected 3, got 2" in lines
    assert "  extra: expected 1, got 'nothing'" in lines
    assert any(line.startswith("  raised KeyError") for line in lines)
    skipped = [line for line in lines if "skipped" in line]
    assert len(skipped) == 4
    assert any("weather" in line for line in skipped)
    assert any("--tenant" in line for line in skipped)


def test_all_passed_ends_with_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, "a.json", {"family": "arrears", "vectors": [SIMPLE | {"expected": {"months": 2}}]})
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 passed, 0 failed"


def test_wrong_usage_ends_with_64(tmp_path: Path) -> None:
    for arguments in ([str(tmp_path / "nowhere")], [], ["--colour"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 64


@pytest.mark.parametrize(
    ("expected", "got", "keys"),
    [
        ({"a": 1}, {"a": 1.0000005, "b": 2}, []),
        ({"a": 1}, {"a": 1.00001}, ["a"]),
        ({"a": True}, {"a": 1}, ["a"]),
        ({"a": None}, {"a": 0}, ["a"]),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 3}]}}, ["a.b[1].c"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a"]),
        ({"codes": ["x", "y"]}, {"codes": ["y", "x"]}, []),
        ({"fired": ["x", "y"]}, {"fired": ["y", "x"]}, ["fired[0]", "fired[1]"]),
        ({"a": "1"}, {"a": 1}, ["a"]),
        ({"a": []}, {"a": None}, ["a"]),
    ],
)
def test_comparing(expected: Any, got: Any, keys: list[str]) -> None:
    assert [difference.key for difference in differences(expected, got)] == keys


@given(PLAIN)
def test_everything_equals_itself(value: Any) -> None:
    assert list(differences(value, value)) == []
