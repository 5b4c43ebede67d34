"""Branches of a whole tenant, as the product's own command scores them beside the running demo."""

import json
import subprocess  # the command itself is what is checked
import sys
from typing import Any


class ScoreFailedError(Exception):
    """`zhibu score` did not answer; the text is what it said."""


def tenant_branches(slug: str, start: str, end: str) -> list[dict[str, Any]]:
    """What `zhibu score` prints for a tenant and a period of two days, by branch; raises `ScoreFailedError`."""
    command = [sys.executable, "-m", "zhibu_core", "score", "--tenant", slug, "--period", f"{start}/{end}", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise ScoreFailedError(f"zhibu score ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    try:
        return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
    except json.JSONDecodeError as error:
        raise ScoreFailedError(f"zhibu score printed a line that is not JSON: {error}") from error
