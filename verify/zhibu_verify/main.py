"""`zhibu-verify FILE`: says whether an archive of a tenant, or a certificate of its erasure, is whole and signed."""

import argparse
import sys
import zipfile
from pathlib import Path

from zhibu_verify.archive import check_archive
from zhibu_verify.certificate import check_certificate
from zhibu_verify.faults import Fault


def main() -> None:
    """Exit 0: whole; 1: not, with the first fault; 2: wrong usage."""
    parser = argparse.ArgumentParser(prog="zhibu-verify", description=__doc__)
    parser.add_argument("file", type=Path, help="an archive (zip) or a certificate (JSON)")
    parser.add_argument(
        "--key", help="the signer's key by its name (16 hexadecimal digits), as you know it from elsewhere"
    )
    given = parser.parse_args()
    try:
        lines = check(given.file, given.key)
    except Fault as fault:
        print(f"{given.file}: NOT VALID: {fault}")
        sys.exit(1)
    print("\n".join(lines))


def check(file: Path, key: str | None) -> list[str]:
    """What was found, a line each; raises `Fault`."""
    if not file.is_file():
        raise Fault("there is no such file")
    return check_archive(file, key) if zipfile.is_zipfile(file) else check_certificate(file, key)
