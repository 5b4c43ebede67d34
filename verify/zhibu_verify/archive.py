"""Checks an archive: its signature, and every file against the manifest."""

import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

from zhibu_verify.faults import Fault
from zhibu_verify.signature import check_signature

BESIDE = {"manifest.json", "manifest.sig", "README.txt"}
FORMAT = "zhibu-tenant/1"


def check_archive(file: Path, key: str | None) -> list[str]:
    """What the archive holds; raises `Fault`."""
    try:
        with zipfile.ZipFile(file) as archive:
            return _check(archive, key)
    except (zipfile.BadZipFile, RuntimeError, EOFError) as error:
        raise Fault(f"the zip is damaged ({error})") from None


def _check(archive: zipfile.ZipFile, key: str | None) -> list[str]:
    content = _read(archive, "manifest.json")
    try:
        manifest: dict[str, Any] = json.loads(content)
        entries = [*manifest["tables"], *manifest["files"]]
        named = {str(entry["file"]) for entry in entries}
        if manifest["format"] != FORMAT:
            raise Fault(f"the form {manifest['format']} is not known")
        public = str(manifest["public_key"])
    except (ValueError, KeyError, TypeError):
        raise Fault("the manifest cannot be read") from None
    signer = check_signature(public, _read(archive, "manifest.sig").decode("ascii", "replace"), content, key)
    names = archive.namelist()
    if len(names) != len(set(names)):
        raise Fault("a name stands in the zip twice")
    if unknown := sorted(set(names) - named - BESIDE):
        raise Fault(f"{unknown[0]} is not in the manifest")
    for entry in manifest["tables"]:
        _check_entry(archive, entry, "rows")
    for entry in manifest["files"]:
        _check_entry(archive, entry, "size")
    rows = sum(int(entry["rows"]) for entry in manifest["tables"])
    return [
        f"{archive.filename}: valid",
        f"tenant {manifest['slug']} ({manifest['name']}), exported {manifest['made_at']}",
        f"{len(manifest['tables'])} tables, {rows} rows, {len(manifest['files'])} files; signed by key {signer}",
    ]


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except KeyError:
        raise Fault(f"{name} is missing") from None


def _check_entry(archive: zipfile.ZipFile, entry: dict[str, Any], counted: str) -> None:
    """Hash, and the number of lines of a table or of bytes of a file."""
    digest, counts = sha256(), {"rows": 0, "size": 0}
    try:
        with archive.open(entry["file"]) as file:
            while block := file.read(1 << 20):
                digest.update(block)
                counts["rows"] += block.count(b"\n")
                counts["size"] += len(block)
    except KeyError:
        raise Fault(f"{entry['file']} is missing") from None
    if digest.hexdigest() != entry["sha256"]:
        raise Fault(f"{entry['file']} was changed")
    if counts[counted] != entry[counted]:
        raise Fault(f"{entry['file']}: {counted} {counts[counted]}, the manifest says {entry[counted]}")
