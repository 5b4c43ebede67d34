"""Examines what a production is set to: distributions, sign-in, keys, hosts, network and logs, then its database."""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from importlib.metadata import distributions
from urllib.parse import urlsplit

from zhibu_core.database.access import database_for
from zhibu_core.doctor.deployed_database import examine_database
from zhibu_core.doctor.unsafe import Unsafe, unsafe
from zhibu_core.errors import ZhibuError
from zhibu_core.identity.issuers import LOOPBACK
from zhibu_core.settings import Settings

NOT_FOR_PRODUCTION = {
    "zhibu-devissuer": "dev_issuer_installed",
    "zhibu-demo": "demo_installed",
    "zhibu-testing": "test_kit_installed",
}
SHORTEST_TOKEN = 24
LEAST_AUDIT_MONTHS = 36
TALKATIVE = frozenset({"debug", "notset"})


async def examine_deployment(settings: Settings, environ: Mapping[str, str] | None = None) -> list[Unsafe]:
    """Everything unsafe, the settings first; a database that cannot be reached is a finding, not an error."""
    env = os.environ if environ is None else environ
    found = [*_settings(settings, env, installed())]
    if not settings.database_url and not settings.data.exists():
        return found  # an embedded database that was never made has nothing to show
    try:
        async with database_for(settings) as server:
            return [*found, *await examine_database(settings, server)]
    except ZhibuError as error:
        return [*found, unsafe("database_unreachable", reason=error.message.en)]


def installed() -> set[str]:
    """The normalised names of the distributions of this environment."""
    return {re.sub(r"[-_.]+", "-", str(found.name)).lower() for found in distributions()}


def _settings(settings: Settings, env: Mapping[str, str], names: Collection[str]) -> Iterator[Unsafe]:
    yield from (unsafe(code) for name, code in NOT_FOR_PRODUCTION.items() if name in names)
    yield from _sign_in(settings)
    yield from _keeping(settings)
    yield from _doors(settings, env)
    if env.get("ZHIBU_LOG", "warning").lower() in TALKATIVE:
        yield unsafe("log_debug", level=env["ZHIBU_LOG"])
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield unsafe("runs_as_root")


def _sign_in(settings: Settings) -> Iterator[Unsafe]:
    for code, address in (("keycloak_not_https", settings.keycloak_address), ("address_not_https", settings.address)):
        if address and urlsplit(address).scheme != "https":
            yield unsafe(code, address=address)
    if not settings.issuer:
        yield unsafe("issuer_missing")
        return
    parts = urlsplit(settings.issuer)
    if parts.scheme != "https":
        yield unsafe("issuer_not_https", address=settings.issuer)
    if parts.hostname in LOOPBACK:
        yield unsafe("issuer_loopback", address=settings.issuer)
    if not settings.client_secret:
        yield unsafe("client_secret_missing")


def _keeping(settings: Settings) -> Iterator[Unsafe]:
    """Where database, keys and audit are kept."""
    if not settings.database_url:
        yield unsafe("embedded_database")
    yield unsafe("key_files", folder=settings.keys.name)
    if settings.keys.exists() and settings.keys.stat().st_mode & 0o077:
        yield unsafe("keys_readable", mode=f"{settings.keys.stat().st_mode & 0o777:o}")
    if settings.anchor_folder is None:
        yield unsafe("anchors_inside")
    if settings.audit_months < LEAST_AUDIT_MONTHS:
        yield unsafe("audit_short", months=settings.audit_months)


def _doors(settings: Settings, env: Mapping[str, str]) -> Iterator[Unsafe]:
    """Who may ask, under which name, and through which proxy."""
    if not settings.hosts:
        yield unsafe("hosts_missing")
    if not settings.metrics_token:
        yield unsafe("metrics_token_missing")
    elif len(settings.metrics_token) < SHORTEST_TOKEN:
        yield unsafe("metrics_token_short", length=len(settings.metrics_token))
    trusted = [name.strip() for name in env.get("FORWARDED_ALLOW_IPS", "").split(",") if name.strip()]
    if "*" in trusted or any(name.endswith("/0") for name in trusted):
        yield unsafe("every_proxy_trusted", trusted=",".join(trusted))
    elif settings.host not in LOOPBACK and not trusted:
        yield unsafe("no_proxy_trusted", host=settings.host)
