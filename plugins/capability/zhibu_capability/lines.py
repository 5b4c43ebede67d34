"""A branch's score as one line: the keys of the vectors, and a short row for people."""

from typing import Any

import msgspec

from zhibu_capability.index import Index
from zhibu_capability.measure.spans import Span
from zhibu_capability.score import BranchScore

_COLUMNS = ("代码", "支部", "类型", "人数", "参与A", "学习B(严格)", "活跃C", "指数（严格）", "档次", "可比")
_BANDS = {"good": "好", "fairly_good": "较好", "average": "一般", "poor": "差", None: "—"}


def as_line(one: BranchScore, span: Span) -> dict[str, Any]:
    """The keys of one JSON line; numbers are not rounded."""
    inputs, parts = one.inputs, one.parts
    return {
        "code": one.branch.code,
        "branch": one.branch.name,
        "type": one.branch.type,
        "n": inputs.n,
        "A_num": inputs.credit,
        "A_den": inputs.owed,
        "A": parts.a,
        "B": parts.b,
        "B_strict": parts.b_strict,
        "c": msgspec.to_builtins(inputs.c),
        "C": parts.c,
        "veto": list(one.veto),
        "open": index_line(one.open),
        "strict": index_line(one.strict),
        "confidence": parts.confidence,
        "versions": span.versions,
    }


def index_line(index: Index) -> dict[str, Any]:
    """An index with the keys of the vectors."""
    return {
        "OCI_raw": index.raw,
        "median": index.median,
        "OCI_shrunk": index.shrunk,
        "OCI": index.score,
        "band": index.band,
        "comparable": index.comparable,
    }


def heading() -> str:
    """The head of the short table."""
    return "\t".join(_COLUMNS)


def as_row(line: dict[str, Any]) -> str:
    """A row of the short table, from a line."""
    strict = line["strict"]
    numbers = [_short(line[key]) for key in ("A", "B_strict", "C")] + [_short(strict["OCI"])]
    comparable = "是" if strict["comparable"] else "否"
    return "\t".join(
        [line["code"], line["branch"], line["type"], str(line["n"]), *numbers, _BANDS[strict["band"]], comparable]
    )


def _short(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"
