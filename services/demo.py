"""`python -m services.demo [--port N]`: the demo on the real parts; what it started itself, it stops again."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from minio import Minio

from services.__main__ import start_all, stop_all
from services.places import Trouble, cache, read_state

NAMES = ("keycloak", "minio", "clamd")
ZHIBU = Path(sys.executable).with_name("zhibu")


def main(arguments: Sequence[str]) -> int:
    """Exit codes: those of `zhibu demo`; 1 where a service cannot be had."""
    before = {name for name in NAMES if name in read_state()}
    try:
        start_all(NAMES)
        return _serve([*arguments], _settings(read_state()))
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    finally:
        stop_all([name for name in NAMES if name not in before])


def _settings(state: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """The services as Zhibu's settings; realm and bucket are new with each run, and so are data and passwords."""
    keycloak, store, run = state["keycloak"], state["minio"], secrets.token_hex(4)
    address = store["address"].removeprefix("http://")
    Minio(address, access_key=store["user"], secret_key=store["password"], secure=False).make_bucket(f"demo-{run}")
    return {
        "ZHIBU_KEYCLOAK": keycloak["address"],
        "ZHIBU_KEYCLOAK_CLIENT_ID": keycloak["user"],
        "ZHIBU_KEYCLOAK_CLIENT_SECRET": keycloak["password"],
        "ZHIBU_KEYCLOAK_REALM": f"demo-{run}",
        "ZHIBU_STORAGE": f"s3://demo-{run}",
        "ZHIBU_S3_ENDPOINT": store["address"],
        "ZHIBU_S3_ACCESS_KEY": store["user"],
        "ZHIBU_S3_SECRET_KEY": store["password"],
        "ZHIBU_CLAMD": state["clamd"]["address"],
        "ZHIBU_DATA": os.environ.get("ZHIBU_SERVICES_DATA") or str(cache() / "demo-data"),
    }


def _serve(arguments: list[str], settings: Mapping[str, str]) -> int:
    """Runs the demo until it ends or a signal says stop, which it hears as well."""
    process = subprocess.Popen(
        [str(ZHIBU), "demo", "--keycloak", "--reset", *arguments], env=dict(os.environ) | dict(settings)
    )

    def stop(number: int, _: FrameType | None) -> None:
        process.send_signal(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
