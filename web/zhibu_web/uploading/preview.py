"""What an import would do, gathered from the lines of the child process into what the page shows."""

from collections.abc import Sequence
from typing import Any

from zhibu_core.imports.corrections import Correction

WRONG_SHOWN = 50
CHANGES_SHOWN = 200
FINDINGS_SHOWN = 100
CONTEXT_CELLS = 3

Line = dict[str, Any]


def gathered(lines: Sequence[Line], seconds: float) -> dict[str, Any]:
    """The preview: sheets, the first wrong rows with their cells, changes and findings, and how many of each."""
    kinds: dict[str, list[Line]] = {}
    for line in lines:
        kinds.setdefault(line["type"], []).append(line)
    cells = {(one["file"], one["sheet"], one["row"]): one for one in kinds.get("cells", [])}
    wrong = kinds.get("wrong", [])
    return {
        "sheets": kinds.get("sheet", []),
        "wrong": [_wrong(one, cells.get((one["file"], one["sheet"], one["row"]))) for one in wrong[:WRONG_SHOWN]],
        "wrong_total": len(wrong),
        "changes": kinds.get("change", [])[:CHANGES_SHOWN],
        "changes_total": len(kinds.get("change", [])),
        "findings": kinds.get("finding", [])[:FINDINGS_SHOWN],
        "findings_total": len(kinds.get("finding", [])),
        "ignored": kinds.get("ignored", []),
        "repeats": len(kinds.get("repeat", [])),
        "seconds": round(seconds, 1),
    }


def _wrong(line: Line, found: Line | None) -> Line:
    """A wrong row with the cell to mend (empty where it is covered) and some cells that say which row it is."""
    cells: dict[str, str] = found["cells"] if found else {}
    covered = bool(found and found["sensitive"])
    others = [text for heading, text in cells.items() if text and heading != line["column"] and "*" not in text]
    text = "" if covered else cells.get(line["column"], "")
    return {**line, "text": text, "covered": covered, "about": others[:CONTEXT_CELLS]}


def corrections_in(preview: dict[str, Any], typed: dict[str, str]) -> list[Correction]:
    """What was typed into `fix-<n>` and differs from what stands there."""
    found = []
    for place, line in enumerate(preview["wrong"]):
        text = typed.get(f"fix-{place}", line["text"]).strip()
        if text != line["text"]:
            found.append(Correction(line["file"], line["sheet"], line["row"], line["column"], text))
    return found


def kept_after_writing(preview: dict[str, Any]) -> dict[str, Any]:
    """What stays once it is written: how many, and which rows were refused and why, without their cells."""
    wrong = [{**line, "text": "", "about": []} for line in preview["wrong"]]
    return {**preview, "wrong": wrong, "changes": [], "findings": preview["findings"]}
