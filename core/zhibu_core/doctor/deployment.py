"""Examines what a production is set to: distributions, sign-in, keys, hosts, network and logs, then its database."""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from importlib.metadata import distributions
from urllib.parse import urlsplit

from zhibu_core.crypto.signing import ARCHIVES, SEALS
from zhibu_core.database.opening import database_for
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
    if settings.keycloak_address and not (
        settings.keycloak_client_id and settings.keycloak_client_secret and settings.address
    ):
        yield unsafe("keycloak_incomplete")
    yield from _issuer(settings)
    yield from _staff(settings)


def _issuer(settings: Settings) -> Iterator[Unsafe]:
    """The issuer of the settings, for tenants that have none of their own; provisioned tenants need none."""
    if not settings.issuer:
        if not settings.keycloak_address:
            yield unsafe("issuer_missing")
        return
    parts = urlsplit(settings.issuer)
    if parts.scheme != "https":
        yield unsafe("issuer_not_https", address=settings.issuer)
    if parts.hostname in LOOPBACK:
        yield unsafe("issuer_loopback", address=settings.issuer)
    if not settings.client_secret:
        yield unsafe("client_secret_missing")
    yield unsafe("issuer_no_second_factor", address=settings.issuer)


def _staff(settings: Settings) -> Iterator[Unsafe]:
    """The platform's own staff reach every tenant's standing."""
    if not settings.staff_issuer:
        return
    if urlsplit(settings.staff_issuer).scheme != "https":
        yield unsafe("staff_issuer_not_https", address=settings.staff_issuer)
    if not settings.staff_client_secret:
        yield unsafe("staff_client_secret_missing")
    if not settings.staff_level:
        yield unsafe("staff_no_second_factor")


def _keys(settings: Settings) -> Iterator[Unsafe]:
    if settings.vault is None:
        yield unsafe("key_files", folder=settings.keys.name)
    elif not settings.vault.address.startswith("https://"):
        yield unsafe("vault_not_https", address=settings.vault.address)
    for purpose in (ARCHIVES, SEALS) if settings.vault else ():
        if (settings.keys / purpose.file).exists():
            yield unsafe("signing_key_file", file=purpose.file)
    if settings.keys.exists() and settings.keys.stat().st_mode & 0o077:
        yield unsafe("keys_readable", mode=f"{settings.keys.stat().st_mode & 0o777:o}")


def _keeping(settings: Settings) -> Iterator[Unsafe]:
    """Where database, keys, files and audit are kept."""
    if not settings.database_url:
        yield unsafe("embedded_database")
    yield from _keys(settings)
    if settings.anchor_folder is None and settings.anchor_bucket is None:
        yield unsafe("anchors_inside")
    if settings.storage.endpoint.startswith("http://"):
        yield unsafe("s3_not_https", address=settings.storage.endpoint)
    if settings.storage.bucket and settings.storage.has_default_secret:
        yield unsafe("s3_secret_default")
    if settings.audit_months < LEAST_AUDIT_MONTHS:
        yield unsafe("audit_short", months=settings.audit_months)


def _doors(settings: Settings, env: Mapping[str, str]) -> Iterator[Unsafe]:
    """Who may ask, under which name, through which proxy, and how much."""
    off = [name for name, rate in settings.graphql_client_points.items() if rate is None]
    if settings.graphql_points is None or off:
        yield unsafe("points_off", clients="*" if settings.graphql_points is None else ",".join(sorted(off)))
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
