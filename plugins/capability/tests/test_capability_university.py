"""The 230 branches of the university: from their parts, the same part C, index, medians, bands and vetoes."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import pytest

from zhibu_capability.fairness import middle, weighted_index
from zhibu_capability.index import index_of
from zhibu_capability.vitality import VitalityInputs, vitality_parts
from zhibu_capability.weights import RULE, weights_of
from zhibu_core.ledger.rules import RuleBook, packs_of

FILE = Path(__file__).parents[3] / "tests" / "vectors" / "capability_university_2026Q2.json"
BRANCHES: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["vectors"]
WEIGHTS = weights_of(RuleBook(packs_of("zhibu_capability")).versions(RULE)[0])


def raw(branch: dict[str, Any], part: str) -> float | None:
    return weighted_index(branch["A"], branch[part], branch["C"], WEIGHTS) if branch["n"] else None


def close(value: float | None) -> Any:
    return None if value is None else pytest.approx(value, abs=1e-6)


def test_part_c_of_every_branch() -> None:
    for branch in BRANCHES:
        parts = vitality_parts(msgspec.convert(branch["c"], VitalityInputs), WEIGHTS)
        assert parts.score(WEIGHTS) == close(branch["C"]), branch["code"]


@pytest.mark.parametrize(("form", "part"), [("open", "B"), ("strict", "B_strict")])
def test_the_index_of_every_branch(form: str, part: str) -> None:
    scores: dict[str, list[float]] = defaultdict(list)
    for branch in BRANCHES:
        if (score := raw(branch, part)) is not None:
            scores[branch["type"]].append(score)
    for branch in BRANCHES:
        median = middle(scores[branch["type"]])
        index = index_of(raw(branch, part), branch["n"], median, WEIGHTS, vetoed=bool(branch["veto"]))
        expected = branch[form]
        assert index.raw == close(expected["OCI_raw"]), branch["code"]
        assert index.median == close(expected["median"])
        assert index.shrunk == close(expected["OCI_shrunk"])
        assert index.score == close(expected["OCI"])
        assert (index.band, index.comparable) == (expected["band"], expected["comparable"])
