"""What an installation may set, read once from the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from zhibu_core.crypto.settings import VaultSettings, read_keys
from zhibu_core.errors import InvalidInput
from zhibu_core.rates import STANDARD, Rate, read_rate, read_rates
from zhibu_core.storage.settings import StorageSettings, read_bucket, read_storage


@dataclass(frozen=True)
class Settings:
    """All settings; every name in docs/reference/settings.md is one of these."""

    data: Path = Path(".zhibu")
    database_url: str | None = field(default=None, repr=False)
    owner_url: str | None = field(default=None, repr=False)
    hosts: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 8000
    metrics_token: str | None = field(default=None, repr=False)
    mobile_public_institution: bool = True
    postgres: str = "18"
    postgres_buffers: str = "64MB"
    issuer: str | None = None
    client_id: str = "zhibu-web"
    client_secret: str | None = field(default=None, repr=False)
    address: str | None = None
    keycloak_address: str | None = None
    keycloak_client_id: str | None = None
    keycloak_client_secret: str | None = field(default=None, repr=False)
    keycloak_realm: str = "zhibu"
    anchor_folder: Path | None = None
    anchor_bucket: StorageSettings | None = None
    audit_months: int = 36
    staff_issuer: str | None = None
    staff_client_id: str = "zhibu-operator"
    staff_client_secret: str | None = field(default=None, repr=False)
    staff_level: str | None = None
    graphql_points: Rate | None = STANDARD
    graphql_client_points: Mapping[str, Rate | None] = field(default_factory=dict)
    vault: VaultSettings | None = None
    storage: StorageSettings = field(default_factory=StorageSettings)

    @property
    def keys(self) -> Path:
        """The folder of key files, apart from the database's own folder."""
        return self.data / "keys"

    @property
    def anchors(self) -> Path:
        """The folder of the audit's anchors; best on a disk that the database's administrator cannot write."""
        return self.anchor_folder or self.data / "anchors"

    def points_of(self, client: str) -> Rate | None:
        """The bucket of a client of the GraphQL endpoint; None where nothing is counted."""
        return self.graphql_client_points.get(client, self.graphql_points)


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `ZHIBU_…` variables; raises `InvalidInput` naming the variable that cannot be read."""
    env = os.environ if environ is None else environ
    anchors = env.get("ZHIBU_ANCHORS", "")
    in_bucket = anchors.startswith("s3://")
    return Settings(
        data=Path(env.get("ZHIBU_DATA", ".zhibu")).absolute(),
        database_url=env.get("ZHIBU_DATABASE_URL") or None,
        owner_url=env.get("ZHIBU_OWNER_URL") or None,
        hosts=read_hosts(env.get("ZHIBU_HOSTS", "")),
        host=env.get("ZHIBU_HOST", "127.0.0.1"),
        port=_port(env.get("ZHIBU_PORT", "8000")),
        metrics_token=env.get("ZHIBU_METRICS_TOKEN") or None,
        mobile_public_institution=env.get("ZHIBU_MOBILE_PUBLIC_INSTITUTION", "true") != "false",
        postgres=env.get("ZHIBU_PG", "18"),
        postgres_buffers=_buffers(env.get("ZHIBU_PG_BUFFERS") or "64MB"),
        issuer=env.get("ZHIBU_ISSUER") or None,
        client_id=env.get("ZHIBU_CLIENT_ID", "zhibu-web"),
        client_secret=env.get("ZHIBU_CLIENT_SECRET") or None,
        address=env.get("ZHIBU_ADDRESS") or None,
        keycloak_address=env.get("ZHIBU_KEYCLOAK") or None,
        keycloak_client_id=env.get("ZHIBU_KEYCLOAK_CLIENT_ID") or None,
        keycloak_client_secret=env.get("ZHIBU_KEYCLOAK_CLIENT_SECRET") or None,
        keycloak_realm=env.get("ZHIBU_KEYCLOAK_REALM") or "zhibu",
        anchor_folder=Path(anchors).absolute() if anchors and not in_bucket else None,
        anchor_bucket=read_bucket(env, "ZHIBU_ANCHORS", "ZHIBU_ANCHOR_S3") if in_bucket else None,
        audit_months=_months(env.get("ZHIBU_AUDIT_MONTHS", "36")),
        staff_issuer=env.get("ZHIBU_STAFF_ISSUER") or None,
        staff_client_id=env.get("ZHIBU_STAFF_CLIENT_ID") or "zhibu-operator",
        staff_client_secret=env.get("ZHIBU_STAFF_CLIENT_SECRET") or None,
        staff_level=env.get("ZHIBU_STAFF_LEVEL") or None,
        graphql_points=read_rate(env.get("ZHIBU_GRAPHQL_POINTS") or "50000/5000", "ZHIBU_GRAPHQL_POINTS"),
        graphql_client_points=read_rates(env.get("ZHIBU_GRAPHQL_CLIENT_POINTS", ""), "ZHIBU_GRAPHQL_CLIENT_POINTS"),
        vault=read_keys(env),
        storage=read_storage(env),
    )


def read_hosts(text: str) -> dict[str, str]:
    """`ZHIBU_HOSTS` as host → slug, written `dj.example.edu.cn=yunting,…`."""
    hosts: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        host, mark, slug = pair.partition("=")
        if not (mark and host.strip() and slug.strip()):
            raise InvalidInput("hosts", f"ZHIBU_HOSTS: “{pair}” is not of the form host=slug.", field="ZHIBU_HOSTS")
        hosts[host.strip().lower()] = slug.strip()
    return hosts


def _buffers(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,5}(MB|GB)", text):
        raise InvalidInput(
            "buffers", f"ZHIBU_PG_BUFFERS: “{text}” is not a size such as 64MB or 2GB.", field="ZHIBU_PG_BUFFERS"
        )
    return text


def _port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) < 65536:
        raise InvalidInput("port", f"ZHIBU_PORT: “{text}” is not a port number.", field="ZHIBU_PORT")
    return int(text)


def _months(text: str) -> int:
    if not text.isdigit() or int(text) < 6:
        raise InvalidInput(
            "audit_months",
            f"ZHIBU_AUDIT_MONTHS: “{text}” is not a number of months, 6 or more.",
            field="ZHIBU_AUDIT_MONTHS",
        )
    return int(text)
