"""Runs files of vectors against the product: `python -m zhibu_testing.vectors DIR [--tenant SLUG]`.

Exit 0 when all passed, 1 when one failed, 64 for wrong usage. The last line is `N passed, M failed`.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from zhibu_testing.adapters import ADAPTERS
from zhibu_testing.adapters.tenant import ScoreFailedError, tenant_branches
from zhibu_testing.comparing import differences

TENANT_FAMILY = "capability_tenant"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one entry came out: `wrong` holds a line for each key that differs."""

    name: str
    why: str
    wrong: tuple[str, ...]


class SkippedError(Exception):
    """A file that is not run; the text says why."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = _Parser(prog="python -m zhibu_testing.vectors", description="Runs files of vectors against the product.")
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with the JSON files")
    parser.add_argument("--tenant", metavar="SLUG", help="the tenant that files of a whole tenant are run against")
    given = parser.parse_args(arguments)
    if not given.folder.is_dir():
        parser.error(f"{given.folder} is not a folder")
    return run(given.folder, given.tenant)


def run(folder: Path, tenant: str | None) -> int:
    """Runs every file of a folder, prints what differs and the totals, and gives the exit code."""
    passed = failed = 0
    for file in sorted(folder.glob("*.json")):
        try:
            verdicts = list(verdicts_of(json.loads(file.read_text(encoding="utf-8")), tenant))
        except (SkippedError, json.JSONDecodeError) as reason:
            print(f"{file.name}: skipped, {reason}")
            continue
        wrong = [verdict for verdict in verdicts if verdict.wrong]
        for verdict in wrong:
            _print(verdict)
        print(f"{file.name}: {len(verdicts) - len(wrong)} passed, {len(wrong)} failed")
        passed, failed = passed + len(verdicts) - len(wrong), failed + len(wrong)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def verdicts_of(content: Any, tenant: str | None = None) -> Iterator[Verdict]:
    """The verdicts of one file's entries; raises `SkippedError` for a family nobody here knows."""
    family = content.get("family") if isinstance(content, dict) else None
    if family == TENANT_FAMILY:
        yield from _tenant_verdicts(content, tenant)
        return
    if family not in ADAPTERS:
        raise SkippedError(f"family {family!r} is unknown")
    for vector in content["vectors"]:
        yield Verdict(vector["id"], vector.get("why", ""), _wrong(family, vector))


def _wrong(family: str, vector: dict[str, Any]) -> tuple[str, ...]:
    try:
        got = ADAPTERS[family](vector["input"])
    except Exception as error:  # whatever is raised is this entry's failure; the other entries still run
        if isinstance(error, ModuleNotFoundError) and _is_plugin(error.name):
            raise SkippedError(f"family {family!r} needs {error.name}, which is not installed") from error
        return (f"raised {type(error).__name__}: {error}",)
    return tuple(map(str, differences(vector["expected"], got)))


def _is_plugin(module: str | None) -> bool:
    """Whether a whole plugin is missing, rather than a part of an installed one."""
    return module is not None and module.startswith("zhibu_") and "." not in module


def _tenant_verdicts(content: dict[str, Any], tenant: str | None) -> Iterator[Verdict]:
    if tenant is None:
        raise SkippedError("it holds the branches of a tenant: name one with --tenant")
    try:
        scored = {branch["code"]: branch for branch in tenant_branches(tenant, *content["period"])}
    except ScoreFailedError as error:
        scored, reason = {}, str(error)
    else:
        reason = "the tenant has no such branch"
    for branch in content["vectors"]:
        got = scored.get(branch["code"])
        wrong = (reason,) if got is None else tuple(map(str, differences(branch, got)))
        yield Verdict(branch["code"], branch["branch"], wrong)


def _print(verdict: Verdict) -> None:
    print(f"FAILED {verdict.name} ({verdict.why})")
    for line in verdict.wrong:
        print(f"  {line}")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(64, f"{self.prog}: {message}\n")


if __name__ == "__main__":
    sys.exit(main())
