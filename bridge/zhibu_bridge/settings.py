"""What the bridge's file says: its address, and each source with the tenant it is bound to and the one client that may use it."""

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from zhibu_bridge.signing import Algorithm
from zhibu_core.errors import InvalidInput
from zhibu_core.identity.issuers import check_issuer_address
from zhibu_core.words import Words

NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")
LEAST_SECRET = 24


class Client(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keycloak's client at a source: exact redirect addresses, and where to tell it that a session has ended."""

    id: str
    secret_file: str
    redirect_addresses: list[str]
    logout_address: str | None = None


class SourceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One source: `kind` is an entry point's name, `tenant` the slug of the only tenant it signs in to."""

    kind: str
    tenant: str
    client: Client
    settings: dict[str, Any]
    algorithm: Algorithm = "ES256"


class BridgeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; `data` holds the sealed keys, `demo` allows plain http on loopback."""

    address: str
    data: str
    sources: dict[str, SourceSettings]
    host: str = "127.0.0.1"
    port: int = 8020
    demo: bool = False


def read_bridge(file: Path) -> BridgeSettings:
    """The file's settings; raises `InvalidInput` naming what cannot be read, `Unavailable` for an address that is not https."""
    try:
        found = msgspec.toml.decode(file.read_bytes(), type=BridgeSettings)
    except (OSError, ValueError) as error:
        raise faulty(file.name, str(error)) from error
    for name, source in found.sources.items():
        if not NAME.fullmatch(name) or not source.client.redirect_addresses:
            raise faulty(f"sources.{name}", "small letters, digits and hyphens; at least one redirect address")
        for address in [*source.client.redirect_addresses, source.client.logout_address or found.address]:
            check_issuer_address(address, demo=found.demo)
    check_issuer_address(found.address, demo=found.demo)
    return found


def read_secret(folder: Path, name: str, *, least: int = 1) -> str:
    """A secret from its file beside the settings; raises `InvalidInput` for one that is missing or too short."""
    try:
        found = (folder / name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise faulty(name, str(error.strerror)) from error
    if len(found) < least:
        raise faulty(name, f"a secret has {least} characters or more")
    return found


S = TypeVar("S", bound=msgspec.Struct)


def settings_as(kind: type[S], given: object) -> S:
    """A source's own settings; raises `InvalidInput`."""
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise faulty("settings", str(error)) from error


def faulty(what: str, why: str) -> InvalidInput:
    """The refusal of a setting."""
    return InvalidInput("bridge_settings", Words(f"{what}：{why}", f"{what}: {why}"), field=what)
