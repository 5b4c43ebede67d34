"""Checks a certificate of erasure: its signature."""

import json
from pathlib import Path
from typing import Any

from zhibu_verify.faults import Fault
from zhibu_verify.signature import check_signature

FORMAT = "zhibu-erasure/1"


def check_certificate(file: Path, key: str | None) -> list[str]:
    """What the certificate says; raises `Fault`."""
    try:
        whole = json.loads(file.read_bytes())
        said: dict[str, Any] = whole["certificate"]
        if said["format"] != FORMAT:
            raise Fault(f"the form {said['format']} is not known")
        content = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        signer = check_signature(str(said["public_key"]), str(whole["signature"]), content, key)
        rows = sum(said["rows"].values())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Fault("neither an archive nor a certificate") from None
    return [
        f"{file}: valid",
        f"tenant {said['slug']} ({said['name']}): key destroyed {said['key_destroyed_at']}, erased {said['finished_at']}",
        f"{rows} rows in {len(said['rows'])} tables, {said['files']} files; signed by key {signer}",
    ]
