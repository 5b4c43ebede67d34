"""Where files are kept, how large one may be, and who looks for viruses: the settings of storage."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from zhibu_core.errors import InvalidInput

MEGABYTE = 1024 * 1024
FOLDER = "folder"
DEFAULT_SECRETS = frozenset({"minioadmin", "minio123", "password", "changeme", "secret", "test"})
"""Secrets that servers and examples come with."""


@dataclass(frozen=True)
class StorageSettings:
    """`bucket` is None where files lie in a folder; sizes in bytes."""

    bucket: str | None = None
    prefix: str = ""
    endpoint: str = ""
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    region: str = "us-east-1"
    largest: int = 50 * MEGABYTE
    clamd: str | None = None

    @property
    def has_default_secret(self) -> bool:
        """Whether the secret is one that everybody knows."""
        return self.secret_key.lower() in DEFAULT_SECRETS or self.secret_key == self.access_key


def read_storage(env: Mapping[str, str]) -> StorageSettings:
    """From `ZHIBU_STORAGE`, `ZHIBU_S3_…`, `ZHIBU_FILE_MEGABYTES`, `ZHIBU_CLAMD`; raises `InvalidInput` naming the variable."""
    where = env.get("ZHIBU_STORAGE") or FOLDER
    found = StorageSettings() if where == FOLDER else read_bucket(env, "ZHIBU_STORAGE", "ZHIBU_S3")
    return replace(
        found, clamd=env.get("ZHIBU_CLAMD") or None, largest=_largest(env.get("ZHIBU_FILE_MEGABYTES") or "50")
    )


def read_bucket(env: Mapping[str, str], place: str, names: str) -> StorageSettings:
    """A bucket, which the variable `place` names as s3://bucket, and its server in `<names>_ENDPOINT`, `_ACCESS_KEY`,
    `_SECRET_KEY` or `_SECRET_KEY_FILE`, `_REGION`; raises `InvalidInput` naming the variable.
    """
    parts = urlsplit(env.get(place, ""))
    if parts.scheme != "s3" or not parts.netloc or parts.query or parts.fragment:
        raise InvalidInput("storage", f"{place}: “{env.get(place)}” is neither folder nor s3://bucket.", field=place)
    inner = parts.path.strip("/")
    return StorageSettings(
        bucket=parts.netloc,
        prefix=f"{inner}/" if inner else "",
        endpoint=_endpoint(env, f"{names}_ENDPOINT"),
        access_key=_needed(env.get(f"{names}_ACCESS_KEY", ""), f"{names}_ACCESS_KEY", place),
        secret_key=_needed(_secret(env, f"{names}_SECRET_KEY"), f"{names}_SECRET_KEY", place),
        region=env.get(f"{names}_REGION") or "us-east-1",
    )


def _endpoint(env: Mapping[str, str], name: str) -> str:
    text = env.get(name, "")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise InvalidInput("s3_endpoint", f"{name}: “{text}” is not http(s)://host:port.", field=name)
    return text.rstrip("/")


def _secret(env: Mapping[str, str], name: str) -> str:
    file = env.get(f"{name}_FILE")
    if not file:
        return env.get(name, "")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InvalidInput("s3_secret", f"{name}_FILE: {error.strerror}.", field=f"{name}_FILE") from None


def _needed(text: str, name: str, place: str) -> str:
    if not text:
        raise InvalidInput("s3_key", f"{name} is missing, though {place} names a bucket.", field=name)
    return text


def _largest(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 1024:
        raise InvalidInput(
            "file_megabytes", f"ZHIBU_FILE_MEGABYTES: “{text}” is not 1 to 1024.", field="ZHIBU_FILE_MEGABYTES"
        )
    return int(text) * MEGABYTE
